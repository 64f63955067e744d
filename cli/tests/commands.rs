//! The program as people call it, where there is no AWS: what it prints, and how it ends.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
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

/// Answers one request with an error, and returns the request's head.
fn one_request() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let head = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a caller");
        let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let length = stream.read(&mut buffer).expect("a request");
            head.extend_from_slice(&buffer[..length]);
        }
        let reply =
            b"HTTP/1.1 400 Bad Request\r\nx-amzn-errortype: ExecutionDoesNotExist\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(reply).expect("a reader");
        String::from_utf8_lossy(&head).into_owned()
    });
    (url, head)
}

const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:m:act-1";

/// As with the AWS CLI: a profile that is given counts more than credentials in the environment.
#[test]
fn a_profile_is_asked_as_even_if_the_environment_has_credentials() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credentials");
    let profile = "[staging]\naws_access_key_id = STAGING\naws_secret_access_key = test\n";
    fs::write(&file, profile).expect("a file");
    let (url, head) = one_request();
    let file = file.to_str().expect("a name");
    let environment =
        [SOMEBODY.as_slice(), &[("AWS_SHARED_CREDENTIALS_FILE", file), ("AWS_ENDPOINT_URL", &url)]].concat();
    ends(&callback_bridge(&["history", EXECUTION, "--profile", "nobody"], &environment, ""), 4, "nobody");
    ends(&callback_bridge(&["history", EXECUTION, "--profile", "staging"], &environment, ""), 3, "no such thing");
    let head = head.join().expect("a request");
    assert!(head.contains("Credential=STAGING/"), "{head}");
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
}

#[test]
fn shells_complete_every_command() {
    let output = callback_bridge(&["completions", "bash"], &[], "");
    let script = String::from_utf8(output.stdout).unwrap();
    for command in ["run", "follow", "history", "graph", "token", "activity", "completions"] {
        assert!(script.contains(&format!("callback__bridge__subcmd__{command}")), "{command}");
    }
}
