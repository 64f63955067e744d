//! The demo, as a user runs it.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
};

use callback_bridge_local::people::Browser;
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
    let file = format!("events/statemachines/loan-application/{name}.json");
    demo().args(["--json", "--input", &file]).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Finds steps in what was told, one after the other.
fn assert_in_order(told: &str, steps: &[&str]) {
    let mut rest = told;
    for step in steps {
        let at = rest.find(step).unwrap_or_else(|| panic!("{step} is not where it belongs in:\n{told}"));
        rest = &rest[at..];
    }
}

/// The links of approvers in a text.
fn links(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| word.starts_with("http://127.0.0.1:") && word.contains("/c/")).collect()
}

/// As in CI: without a terminal and without a word about who decides, it does not wait for anybody.
#[test]
fn without_a_terminal_it_approves_and_tells_each_step_with_its_time() {
    let output = demo().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let steps = [
        "nobody is at this terminal, so the demo approves as alice@example.com would",
        "/inbox shows the mails",
        "execution  started",
        "queue      gets the task",
        "function   check-credit is handed 1 message",
        "bureau     is asked about Kato Ltd",
        "token      answered by SendTaskSuccess",
        "execution  entered \"Ask for approval\"",
        "function   open-callback is handed 1 message",
        "callback   is parked in the table",
        "mail       is sent to alice@example.com: Decision needed: ",
        "The demo approves for alice@example.com",
        "link       is opened",
        "answer     alice@example.com approves",
        "decision   approved",
        "token      answered by SendTaskSuccess",
        "execution  entered \"Pay out\"",
        "callback   is parked in the table",
        "provider   is called: 25000 EUR to Lento Ltd, for loan-42",
        "provider   accepts the call with status 202",
        "provider   beats by its link",
        "token      kept alive by SendTaskHeartbeat",
        "provider   beats by its link",
        "token      kept alive by SendTaskHeartbeat",
        "provider   answers by its link",
        "decision   the task has succeeded",
        "token      answered by SendTaskSuccess",
        "execution  SUCCEEDED",
        "decided approved",
        "paid    pay_1",
        "\"decision\": \"approved\"",
    ];
    assert_in_order(&told, &steps);
    assert_eq!(links(&told).len(), 1, "{told}");
}

#[test]
fn a_rejection_is_a_success_that_says_so() {
    let output = demo().args(["--json", "--reject", "too risky"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report = json(&output);
    assert_eq!((&report["status"], &report["decision"]), (&"SUCCEEDED".into(), &"rejected".into()));
    let answer = &report["answers"][0];
    assert_eq!(
        (&answer["by"], &answer["choice"], &answer["comment"]),
        (&"alice@example.com".into(), &"reject".into(), &"too risky".into())
    );
    let told = String::from_utf8(output.stderr).unwrap();
    assert_in_order(
        &told,
        &["answer     alice@example.com rejects: \"too risky\"", "decision   rejected", "\"Rejected\""],
    );
    // Nothing is paid.
    assert_eq!(report["payment"], Value::Null);
    assert!(!told.contains("provider   "), "{told}");
    // What happens is for people, the report for programs.
    assert_eq!(links(&told).len(), 1, "{told}");
    assert!(!report.to_string().contains("/c/"), "{report}");
}

#[test]
fn one_decides_either_way_and_a_rejection_says_why() {
    for arguments in [&["--approve", "fine", "--reject", "no"][..], &["--reject"], &["--reject", ""]] {
        let output = demo().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    }
}

/// At a terminal it waits for whoever is there. `script` makes one.
#[test]
fn at_a_terminal_it_waits_for_a_person_who_decides_by_the_link() {
    let command = demo();
    let mut terminal = Command::new("script");
    terminal.args(["-qefc", command.get_program().to_str().unwrap(), "/dev/null"]).current_dir(repository());
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("Your turn: you are alice@example.com")));
    let link = lines.find_map(|line| links(&line).first().map(ToString::to_string)).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let page = runtime.block_on(async {
        let browser = Browser::new().unwrap();
        let page = browser.open(&link).await.unwrap();
        let form = page.form().unwrap().choose("choice", "approve").unwrap().write("comment", "by hand").unwrap();
        browser.send(&page, &form).await.unwrap()
    });
    assert_eq!(page.status, 200);
    let told = lines.collect::<Vec<_>>().join("\n");
    assert_in_order(&told, &["answer     alice@example.com approves: \"by hand\"", "SUCCEEDED", "decided approved"]);
    assert!(terminal.wait().unwrap().success());
}

#[test]
fn two_beside_each_other_keep_out_of_each_others_way() {
    let first = demo()
        .args(["--json", "--approve", "a good customer"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let second = with_input("declined");
    let first = first.wait_with_output().unwrap();
    assert!(first.status.success(), "{first:?}");
    let approved = json(&first);
    assert_eq!((&approved["status"], &approved["decision"]), (&"SUCCEEDED".into(), &"approved".into()));
    assert_eq!(approved["answers"][0]["comment"], "a good customer");
    assert_eq!((&approved["payment"]["status"], &approved["payment"]["payTo"]), (&"paid".into(), &"Lento Ltd".into()));
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    let report = json(&second);
    assert_eq!((&report["status"], &report["error"]), (&"FAILED".into(), &"Credit.Declined".into()));
    // Nobody is asked about what the bureau declines.
    assert_eq!((&report["decision"], &report["answers"]), (&Value::Null, &Value::Array(Vec::new())));
    assert!(!String::from_utf8_lossy(&second.stderr).contains("mail       is sent"), "{second:?}");
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
    let input = "events/statemachines/loan-application/slow.json";
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
