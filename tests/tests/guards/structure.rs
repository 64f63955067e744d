//! What depends on what, and what every package has.

use std::{fs, process::Command};

use callback_bridge_tests::repository;
use serde_json::Value;

fn metadata() -> Value {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    serde_json::from_slice(&cargo.stdout).unwrap()
}

#[test]
fn the_libraries_have_no_aws_sdk() {
    const LIBRARIES: [&str; 2] = ["callback-bridge", "callbacks"];
    for library in LIBRARIES {
        let tree = tree(library, &["--all-features"]);
        assert!(tree.contains("aws_lambda_events"), "this is no tree: {tree}");
        let sdk = tree.lines().find(|line| line.starts_with("aws-"));
        assert_eq!(sdk, None, "{library}");
    }
}

/// The SDKs of tables and mails are large: whoever uses none does not wait for them to be compiled.
#[test]
fn a_function_has_no_sdk_that_it_does_not_use() {
    let (table, mail, queue, secret) = ("aws-sdk-dynamodb", "aws-sdk-sesv2", "aws-sdk-sqs", "aws-sdk-secretsmanager");
    let (events, http) = ("aws-sdk-eventbridge", "reqwest");
    for (function, unused) in [
        ("check-credit", &[table, mail, events][..]),
        ("create-callback-urls", &[mail, queue, events, http]),
        ("fail-dead-letters", &[mail, secret, events, http]),
        ("poll-activity", &[table, mail, secret, events, http]),
        ("receive-callback", &[mail, queue, http]),
        ("sweep-callbacks", &[queue]),
    ] {
        let tree = tree(function, &[]);
        assert!(tree.contains("aws-sdk-sfn"), "this is no tree: {tree}");
        for unused in unused {
            assert!(!tree.contains(unused), "{function} has {unused}");
        }
    }
}

/// What a package depends on, one a line.
fn tree(package: &str, features: &[&str]) -> String {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--package", package])
        .args(features)
        .current_dir(repository())
        .output()
        .unwrap();
    String::from_utf8(tree.stdout).unwrap()
}

#[test]
fn every_package_has_a_readme_that_is_its_documentation() {
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let manifest = package["manifest_path"].as_str().unwrap();
        let folder = std::path::Path::new(manifest).parent().unwrap();
        if matches!(name, "xtask" | "callback-bridge-tests") {
            continue; // tools of this repository, which nobody depends on
        }
        assert!(folder.join("README.md").is_file(), "{name} has no README.md");
        let root = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        assert!(root.starts_with("#![doc = include_str!(\"../README.md\")]"), "{name}");
        let manifest = fs::read_to_string(manifest).unwrap();
        for inherited in ["version", "edition", "rust-version", "license"] {
            assert!(manifest.contains(&format!("{inherited}.workspace = true")), "{name}: {inherited}");
        }
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} has lints of its own");
    }
}
