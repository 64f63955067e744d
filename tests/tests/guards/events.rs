//! The sample events: each is what its name says.

use std::{fs, path::PathBuf};

use callback_bridge_tests::repository;
use serde_json::Value;

fn files(folder: &str) -> Vec<PathBuf> {
    let found: Vec<_> =
        fs::read_dir(repository().join("events").join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(!found.is_empty(), "there is no event in {folder}");
    found
}

#[test]
fn every_function_and_every_state_machine_has_sample_events() {
    for function in fs::read_dir(repository().join("functions")).unwrap() {
        files(function.unwrap().file_name().to_str().unwrap());
    }
    for machine in fs::read_dir(repository().join("infra/statemachines")).unwrap() {
        let name = machine.unwrap().file_name().to_string_lossy().replace(".asl.json", "");
        for file in files(&format!("statemachines/{name}")) {
            let input: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
            assert!(input.is_object(), "{}", file.display());
        }
    }
}
