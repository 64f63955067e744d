//! The program as people call it, where there is no AWS: what it prints, and how it ends.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAsecretsecret+/=";

/// Runs it with nothing of this process's environment, and with credentials that no account knows.
fn callback_bridge(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_callback-bridge"));
    command.args(arguments).env_clear().env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ENDPOINT_URL", NOWHERE).env("AWS_MAX_ATTEMPTS", "1").envs(environment.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    let _closed = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("its output")
}

const SOMEBODY: [(&str, &str); 3] =
    [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

fn ends(output: &Output, code: i32, says: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(says), "{said}");
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

#[test]
fn a_token_is_never_told() {
    let output = callback_bridge(&["token", "success", "--result", "{"], &SOMEBODY, TOKEN);
    ends(&output, 2, "--result is not JSON");
    let two = callback_bridge(&["token", "heartbeat"], &SOMEBODY, &format!("{TOKEN} {TOKEN}"));
    ends(&two, 2, "has more in it than a task token");
    for output in [output, two] {
        let said = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains("secret"));
    }
}

#[test]
fn a_file_is_drawn_without_aws() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/statemachines/loan-application.asl.json");
    let output = callback_bridge(&["graph", file.to_str().unwrap()], &[], "");
    ends(&output, 0, "");
    assert!(output.stdout.starts_with(b"flowchart TD\n"));
}

#[test]
fn shells_complete_every_command() {
    let output = callback_bridge(&["completions", "bash"], &[], "");
    let script = String::from_utf8(output.stdout).unwrap();
    for command in ["run", "follow", "history", "graph", "token", "activity", "callbacks", "completions"] {
        assert!(script.contains(&format!("callback__bridge__subcmd__{command}")), "{command}");
    }
}
