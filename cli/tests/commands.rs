//! The program as people call it, where there is no AWS: what it prints, and how it ends.

mod program;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Output, Stdio},
};

use program::{SOMEBODY, command, ends};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAsecretsecret+/=";

fn callback_bridge(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let mut command = command(arguments, NOWHERE, environment);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program");
    let _closed = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("its output")
}

#[test]
fn wrong_usage_ends_with_2() {
    ends(&callback_bridge(&["token", "success"], &[], ""), 2, "--result");
    ends(&callback_bridge(&["graph", "nowhere.asl.json"], &[], ""), 2, "nowhere.asl.json cannot be read");
    ends(&callback_bridge(&["run", "m", "--input", "-"], &SOMEBODY, "no json"), 2, "standard input is not JSON");
}

#[test]
fn without_a_region_or_a_connection_it_ends_with_4() {
    ends(&callback_bridge(&["history", "m:act-1"], &[], ""), 4, "no region is known: give --region");
    ends(&callback_bridge(&["history", "m:act-1"], &SOMEBODY, ""), 4, "check the connection");
    ends(&callback_bridge(&["callbacks", "list"], &SOMEBODY, ""), 4, "lambda:ListFunctions: AWS cannot be asked");
}

/// Nothing is tried again: there will not be any.
#[test]
fn without_credentials_it_ends_with_4_at_once() {
    let nobody = [("AWS_REGION", "us-east-1")];
    ends(&callback_bridge(&["history", "m:act-1"], &nobody, ""), 4, "AWS cannot be asked");
    let answered = callback_bridge(&["token", "success", "--result", "1"], &nobody, TOKEN);
    ends(&answered, 4, "AWS cannot be asked: check the credentials");

    let activity = "arn:aws:states:us-east-1:123456789012:activity:greetings";
    let mut work = command(&["activity", "work", "--arn", activity, "--", "/bin/cat"], NOWHERE, &nobody);
    let mut child = work.spawn().expect("the program");
    let told = BufReader::new(child.stdout.take().expect("its lines")).lines().map(|line| line.expect("a text"));
    // One that asks again says so after the first time.
    let told: Vec<_> = told.take(2).collect();
    child.kill().expect("a process");
    let output = child.wait_with_output().expect("its end");
    assert_eq!(told, [format!("waiting for tasks of {activity}")]);
    ends(&output, 4, "there are no credentials: sign in");
}

#[test]
fn a_profile_that_is_misspelt_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config");
    let history = |profile| {
        let file = ("AWS_CONFIG_FILE", file.to_str().expect("a path"));
        callback_bridge(&["history", "m:act-1", "--profile", profile], &[file], "")
    };
    ends(&history("typo"), 4, "there is no profile typo in the files of the AWS CLI; there are: none");
    fs::write(&file, "[default]\n[profile work]\n").expect("a file");
    ends(&history("typo"), 4, "there is no profile typo in the files of the AWS CLI; there are: default, work");
    ends(&history("work"), 4, "no region is known");
}

#[test]
fn a_token_is_never_told() {
    let output = callback_bridge(&["token", "success", "--result", "{"], &SOMEBODY, TOKEN);
    ends(&output, 2, "--result is not JSON");
    let two = callback_bridge(&["token", "heartbeat"], &SOMEBODY, &format!("{TOKEN} {TOKEN}"));
    ends(&two, 2, "has more in it than a task token");
    let argument = callback_bridge(&["token", "heartbeat", TOKEN], &SOMEBODY, "");
    ends(&argument, 2, "unexpected argument");
    let file = callback_bridge(&["token", "heartbeat", "--token-file", TOKEN], &SOMEBODY, "");
    ends(&file, 2, "not the token");
    let execution = callback_bridge(&["history", TOKEN], &SOMEBODY, "");
    ends(&execution, 2, "an execution is named by");
    let result = callback_bridge(&["token", "success", "--result-file", TOKEN], &SOMEBODY, "t");
    ends(&result, 2, "cannot be read");
    for output in [output, two, argument, file, execution, result] {
        let said = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains("secret"));
    }
}

#[test]
fn help_is_no_error() {
    let output = callback_bridge(&["--help"], &[], "");
    ends(&output, 0, "");
    assert!(String::from_utf8_lossy(&output.stdout).contains("Exit codes:"));
}

#[test]
fn what_prints_no_json_refuses_to() {
    for words in [["graph", "nowhere.asl.json"], ["completions", "bash"]] {
        ends(&callback_bridge(&[&words[..], &["--output", "json"]].concat(), &[], ""), 2, "leave out --output");
    }
}

#[test]
fn a_file_is_drawn_without_aws() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/statemachines/loan-application.asl.json");
    let output = callback_bridge(&["graph", file.to_str().unwrap()], &[], "");
    ends(&output, 0, "");
    assert!(output.stdout.starts_with(b"flowchart TD\n"));
    let definition = fs::read_to_string(file).expect("the definition");
    let piped = callback_bridge(&["graph", "-"], &[], &definition);
    ends(&piped, 0, "");
    assert_eq!(piped.stdout, output.stdout);
    ends(&callback_bridge(&["graph", "nowhere/loan.asl"], &[], ""), 2, "nowhere/loan.asl cannot be read");
}

#[test]
fn shells_complete_every_command() {
    let output = callback_bridge(&["completions", "bash"], &[], "");
    let script = String::from_utf8(output.stdout).unwrap();
    for command in ["run", "follow", "history", "graph", "token", "activity", "callbacks", "completions"] {
        assert!(script.contains(&format!("callback__bridge__subcmd__{command}")), "{command}");
    }
}
