//! The program and an AWS that says what a test tells it to: as whom it asks, what it tells, and how it ends.

mod program;

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write, pipe},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use program::{SOMEBODY, command, ends};
use rustix::process::{Pid, Signal, kill_process};

const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:m:act-1";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:greetings";
const STARTED: &str =
    r#"{"id":1,"type":"ExecutionStarted","timestamp":0,"executionStartedEventDetails":{"input":"{}"}}"#;
const FAILED: &str = r#"{"id":2,"previousEventId":1,"type":"ExecutionFailed","timestamp":1}"#;

/// A status, an error code if it is one, and a body.
type Reply = (u16, &'static str, String);

fn history(newest_first: &[&str]) -> Reply {
    (200, "", format!(r#"{{"events":[{}]}}"#, newest_first.join(",")))
}

fn error(code: &'static str) -> Reply {
    (400, code, "{}".to_owned())
}

/// An AWS that gives these replies, the last of them for ever.
struct Aws {
    url: String,
    /// The heads of the requests.
    asked: Receiver<String>,
}

impl Aws {
    fn replying(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let (asking, asked) = channel();
        thread::spawn(move || {
            for index in 0.. {
                let (stream, _) = listener.accept().expect("a caller");
                serve(stream, &replies[index.min(replies.len() - 1)], &asking).expect("a caller that waits");
            }
        });
        Self { url, asked }
    }
}

fn serve(mut stream: TcpStream, (status, code, body): &Reply, asking: &Sender<String>) -> io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or_default()])?;
    let _nobody_looks = asking.send(head);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\nx-amzn-errortype: {code}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// As with the AWS CLI: a profile that is given counts more than credentials in the environment.
#[test]
fn a_profile_is_asked_as_even_if_the_environment_has_credentials() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credentials");
    let profile = "[staging]\naws_access_key_id = STAGING\naws_secret_access_key = test\n";
    fs::write(&file, profile).expect("a file");
    let file = [("AWS_SHARED_CREDENTIALS_FILE", file.to_str().expect("a name"))];
    let environment = [SOMEBODY.as_slice(), &file].concat();
    let aws = Aws::replying(vec![error("ExecutionDoesNotExist")]);
    for (profile, code, says) in [("nobody", 4, "nobody"), ("staging", 3, "no such thing")] {
        let words = ["history", EXECUTION, "--profile", profile];
        ends(&command(&words, &aws.url, &environment).output().expect("the program"), code, says);
    }
    let head = aws.asked.recv().expect("a request");
    assert!(head.contains("Credential=STAGING/"), "{head}");
}

#[test]
fn a_proxy_of_the_environment_is_asked_but_for_hosts_that_need_none() {
    let elsewhere = "http://aws.invalid";
    let proxy = Aws::replying(vec![error("ExecutionDoesNotExist")]);
    for (needs_none, code, says) in [("localhost", 3, "no such thing"), ("aws.invalid", 4, "check the connection")] {
        let environment = [SOMEBODY.as_slice(), &[("HTTP_PROXY", &*proxy.url), ("NO_PROXY", needs_none)]].concat();
        ends(&command(&["history", EXECUTION], elsewhere, &environment).output().expect("the program"), code, says);
    }
    let head = proxy.asked.recv().expect("a request");
    assert!(head.starts_with("POST http://aws.invalid/"), "{head}");
}

#[test]
fn an_execution_that_was_started_is_named_whatever_happens_then() {
    let started = (200, "", format!(r#"{{"executionArn":"{EXECUTION}","startDate":0}}"#));
    let machine = EXECUTION.replace(":execution:", ":stateMachine:").replace(":act-1", "");
    for (format, named) in [("json", 2), ("table", 1)] {
        // Of the state machine nothing is known: its description is denied.
        let replies = vec![error("AccessDeniedException"), started.clone(), error("ExpiredTokenException")];
        let aws = Aws::replying(replies);
        let words = ["run", &machine, "--follow", "--output", format];
        let output = command(&words, &aws.url, &SOMEBODY).output().expect("the program");
        ends(&output, 3, &format!("follow it again: callback-bridge follow {EXECUTION}"));
        assert_eq!(String::from_utf8_lossy(&output.stderr).matches(EXECUTION).count(), named);
    }
}

#[test]
fn whoever_stops_reading_is_not_told_that_all_is_well() {
    let aws = Aws::replying(vec![history(&[FAILED, STARTED])]);
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    let output = command(&["follow", EXECUTION], &aws.url, &SOMEBODY).stdout(writer).output().expect("the program");
    ends(&output, 141, "");
}

/// Nothing happens for days, perhaps.
#[test]
fn whoever_stops_reading_ends_it_also_while_nothing_happens() {
    let aws = Aws::replying(vec![history(&[STARTED])]);
    let mut child = command(&["follow", EXECUTION], &aws.url, &SOMEBODY).spawn().expect("the program");
    let mut told = BufReader::new(child.stdout.take().expect("its lines")).lines();
    assert!(told.next().expect("a line").expect("a text").contains("the execution has started"));
    drop(told);
    assert_eq!(child.wait().expect("its end").code(), Some(141));
}

#[test]
fn a_program_gets_its_document_when_it_interrupts() {
    let aws = Aws::replying(vec![history(&[STARTED])]);
    let mut follow = command(&["follow", EXECUTION, "--output", "json"], &aws.url, &SOMEBODY);
    let mut child = follow.spawn().expect("the program");
    let mut told = BufReader::new(child.stderr.take().expect("its lines")).lines();
    assert!(told.next().expect("a line").expect("a text").contains("the execution has started"));
    kill_process(Pid::from_child(&child), Signal::INT).expect("a process");
    let output = child.wait_with_output().expect("its output");
    assert_eq!(output.status.code(), Some(130));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(document["status"], "RUNNING");
}

/// The same program with no signal ignored, even if this process has it so.
#[expect(clippy::disallowed_methods, reason = "Python may be anywhere")]
fn with_default_signals(program: &Command) -> Command {
    // A shell cannot take that back.
    let start = "import os, signal, sys\n\
                 for ignored in (signal.SIGHUP, signal.SIGQUIT): signal.signal(ignored, signal.SIG_DFL)\n\
                 os.execv(sys.argv[1], sys.argv[1:])";
    let mut command = Command::new("python3");
    command.args(["-c", start]).arg(program.get_program()).args(program.get_args()).env_clear();
    command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whoever started the tests may have signals ignored, as `nohup` does: the program begins without that.
#[test]
fn a_terminal_that_is_closed_and_ctrl_backslash_tell_a_worker_to_stop() {
    let aws = Aws::replying(vec![(200, "", "{}".to_owned())]);
    for signal in [Signal::HUP, Signal::QUIT] {
        let words = ["activity", "work", "--arn", ACTIVITY, "--", "/bin/cat"];
        let worker = command(&words, &aws.url, &SOMEBODY);
        let mut child = with_default_signals(&worker).spawn().expect("the program");
        let mut told = BufReader::new(child.stdout.take().expect("its lines")).lines();
        let begins = told.next().expect("a line").expect("a text");
        assert_eq!(begins, format!("waiting for tasks of {ACTIVITY}"));
        kill_process(Pid::from_child(&child), signal).expect("a process");
        assert_eq!(child.wait().expect("its end").code(), Some(0), "it is told to stop, and not killed by {signal:?}");
    }
}
