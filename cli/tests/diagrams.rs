//! The drawings in the documents are those that `graph` draws.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Before a drawing stands of what it is: `<!-- graph: NAME -->`.
const MARK: &str = "<!-- graph: ";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What `callback-bridge graph` prints of a state machine of this repository.
fn drawn(name: &str) -> String {
    let file = format!("infra/statemachines/{name}.asl.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_callback-bridge"));
    let output = command.args(["graph", &file]).current_dir(repository()).env_clear().output().expect("the program");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a text")
}

/// The names of what a document has drawings of, and the drawings.
fn drawings(document: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(repository().join(document)).expect("a document");
    let drawing = |part: &str| {
        let (name, rest) = part.split_once(" -->\n").expect("the mark stands on a line of its own");
        let rest = rest.strip_prefix("```mermaid\n").unwrap_or_else(|| panic!("{document}: {name} is not drawn"));
        (name.to_owned(), rest.split("```").next().unwrap_or_default().to_owned())
    };
    text.split(MARK).skip(1).map(drawing).collect()
}

#[test]
fn the_documents_show_what_graph_draws() {
    for (document, least) in [("README.md", 1), ("docs/patterns.md", 6)] {
        let drawings = drawings(document);
        assert!(drawings.len() >= least, "{document} has {} drawings", drawings.len());
        for (name, shown) in drawings {
            let drawn = drawn(&name);
            assert_eq!(shown, drawn, "{document}: replace the drawing of {name} by this one:\n{drawn}");
        }
    }
}
