//! The documents: what they link to is there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use callback_bridge_tests::repository;

fn markdown_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            markdown_files(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut files = Vec::new();
    markdown_files(repository(), &mut files);
    let mut checked = 0;
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") || path.contains("::") || !path.contains(['/', '.']) {
                continue; // within the page, elsewhere, or an item of the crate
            }
            checked += 1;
            assert!(file.parent().unwrap().join(path).exists(), "{}: {link}", file.display());
        }
    }
    assert!(checked > 5, "only {checked} links were found");
}
