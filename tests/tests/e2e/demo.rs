//! The demo, as a user runs it.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
};

use callback_bridge_tests::repository;
use serde_json::Value;
use tokio::time::Instant;

use crate::bench::PATIENCE;

/// `cargo xtask demo` ends by running this.
pub(crate) fn demo() -> Command {
    binary("demo")
}

/// A program of the workspace, as a command of `cargo xtask` runs it.
pub(crate) fn binary(name: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let binary: PathBuf = tests.parent().and_then(|deps| deps.parent()).unwrap().join(name);
    assert!(binary.exists(), "there is no {}: run `cargo build --workspace`", binary.display());
    let mut command = Command::new(binary);
    command.current_dir(repository()).stdin(Stdio::null());
    command
}

fn with_input(name: &str) -> Output {
    let file = format!("events/statemachines/credit-check/{name}.json");
    demo().args(["--json", "--input", &file]).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn it_succeeds_and_tells_each_step_with_its_time() {
    let output = demo().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let mut rest = told.as_str();
    for step in [
        "execution  started",
        "queue      gets the task",
        "function   check-credit is handed 1 message",
        "bureau     is asked about Kato Ltd",
        "token      answered by SendTaskSuccess",
        "execution  SUCCEEDED",
        "\"decision\": \"approved\"",
    ] {
        let at = rest.find(step).unwrap_or_else(|| panic!("{step} is not where it belongs in:\n{told}"));
        rest = &rest[at..];
    }
}

#[test]
fn two_beside_each_other_keep_out_of_each_others_way() {
    let first = demo().arg("--json").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let second = with_input("declined");
    let first = first.wait_with_output().unwrap();
    assert!(first.status.success(), "{first:?}");
    assert_eq!(json(&first)["status"], "SUCCEEDED");
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    let report = json(&second);
    assert_eq!((&report["status"], &report["error"]), (&"FAILED".into(), &"Credit.Declined".into()));
    assert!(report["steps"].as_array().unwrap().iter().all(|step| step["atMs"].is_i64() && step["tookMs"].is_i64()));
}

#[test]
fn an_input_that_is_not_there_is_named() {
    let output = with_input("nobody-wrote-this");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nobody-wrote-this.json could not be read"));
}

/// Ctrl-C sends SIGINT. Every process of the demo writes to its standard error, so that ends only with the last of them.
#[test]
fn ctrl_c_stops_all_that_it_started() {
    let input = "events/statemachines/credit-check/slow.json";
    let mut demo = demo().args(["--input", input]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let waiting = lines.find(|line| line.as_ref().unwrap().contains("bureau     is asked"));
    assert!(waiting.is_some(), "it did not get as far as asking the bureau");
    let started = children_of(demo.id());
    assert!(started.len() >= 2, "the local AWS and a function: {started:?}");
    let interrupted = Command::new("kill").args(["-INT", &demo.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(demo.wait().unwrap().code(), Some(130));
    let mut said = String::new();
    demo.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("interrupted"), "{said}");
    let give_up = Instant::now() + PATIENCE;
    while started.iter().any(|process| is_alive(process)) {
        assert!(Instant::now() < give_up, "{started:?} outlived the demo");
        thread::yield_now();
    }
}

/// Whether a process runs; one that has ended and that nobody has asked about yet does not.
pub(crate) fn is_alive(process: &str) -> bool {
    let found = Command::new("ps").args(["-o", "stat=", "-p", process]).output().unwrap();
    !matches!(found.stdout.first(), None | Some(b'Z'))
}

pub(crate) fn children_of(parent: u32) -> Vec<String> {
    let found = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let text = String::from_utf8(found.stdout).unwrap();
    let rows = text.lines().filter_map(|row| row.trim().split_once(char::is_whitespace));
    let parent = parent.to_string();
    rows.filter(|(_, of)| of.trim() == parent).map(|(process, _)| process.to_owned()).collect()
}
