//! The bridge for development, as a user runs it, and what it prints, as a user pastes it.

use std::{
    io::{BufRead, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread,
};

use callback_bridge_tests::repository;
use tokio::time::Instant;

use crate::bench::{PATIENCE, TOKEN};
use crate::cli::folder_with_aws;
use crate::demo::{binary, children_of, is_alive};

/// A bridge that is up, until it is dropped.
struct Up {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it printed before it told what happens.
    introduction: Vec<String>,
    shell: Shell,
}

/// A shell in which its exports have been read, with something that stands for the AWS CLI.
struct Shell {
    path: String,
    exports: String,
    _folder: tempfile::TempDir,
}

impl Up {
    fn start() -> Self {
        let mut process =
            binary("up").args(["--port", "0", "--log-level", "debug"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let introduction: Vec<String> =
            lines.by_ref().map(Result::unwrap).take_while(|line| !line.starts_with("What happens")).collect();
        let shell = Shell::new(&introduction);
        Self { process, lines, introduction, shell }
    }

    /// The next line that has this text, among what happens.
    fn next_with(&mut self, text: &str) -> String {
        for line in self.lines.by_ref().map(Result::unwrap) {
            assert!(!line.contains(TOKEN), "{line}");
            if line.contains(text) {
                return line;
            }
        }
        panic!("it ended without having told {text:?}");
    }

    /// The line that follows a comment in what it printed at first.
    fn command(&self, about: &str) -> &str {
        let comment = format!("# {about}");
        let at = self.introduction.iter().position(|line| *line == comment);
        &self.introduction[at.unwrap_or_else(|| panic!("{about:?} is not in {:?}", self.introduction)) + 1]
    }

    fn endpoint(&self) -> String {
        let (_, rest) = self.shell.exports.split_once("AWS_ENDPOINT_URL=http://").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Starts an execution and sees it through; its ARN. By then a process of a function waits for more.
    fn see_an_execution_through(&mut self) -> String {
        let start = self.command("start an execution").to_owned();
        let execution = self.shell.run(&format!("{start}\necho \"$EXECUTION\""));
        let name = execution.rsplit(':').next().unwrap()[..8].to_owned();
        self.next_with(&format!("token              {name} answered by SendTaskSuccess"));
        self.next_with(&format!("execution          {name} SUCCEEDED"));
        execution
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // Only a test that fails has not waited for it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Shell {
    fn new(introduction: &[String]) -> Self {
        let exports: Vec<&str> = introduction
            .iter()
            .map(String::as_str)
            .filter(|line| line.starts_with("export ") || line.starts_with("unset "))
            .collect();
        let folder = folder_with_aws();
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        Self { path, exports: exports.join("\n"), _folder: folder }
    }

    /// What lines print that somebody pastes, who has a real account set up.
    fn run(&self, lines: &str) -> String {
        let real = [("AWS_PROFILE", "production"), ("AWS_SESSION_TOKEN", "real"), ("AWS_ACCESS_KEY_ID", "AKIAREAL")];
        let Output { status, stdout, stderr } = Command::new("sh")
            .args(["-euc", &format!("{}\n{lines}", self.exports)])
            .current_dir(repository())
            .env_clear()
            .envs(real)
            .env("PATH", &self.path)
            .output()
            .unwrap();
        assert!(status.success(), "{lines}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap().trim().to_owned()
    }
}

/// Waits until neither a process nor anybody at the port is left.
fn nothing_is_left(started: &[String], endpoint: &str) {
    let give_up = Instant::now() + PATIENCE;
    while started.iter().any(|process| is_alive(process)) || TcpStream::connect(endpoint).is_ok() {
        assert!(Instant::now() < give_up, "{started:?} or something at {endpoint} outlived it");
        thread::yield_now();
    }
}

#[test]
fn what_it_prints_can_be_pasted_and_ctrl_c_leaves_nothing() {
    let mut up = Up::start();
    let execution = up.see_an_execution_through();
    let paste = |about: &str| up.shell.run(&format!("EXECUTION={execution}\n{}", up.command(about)));
    assert!(paste("what became of it").contains("\"status\": \"SUCCEEDED\""));
    assert!(paste("its history").contains("TaskSucceeded"));
    assert!(!paste("executions that still wait").contains(&execution));
    let queues = paste("how many messages are in the queues, visible and in flight");
    assert_eq!(queues.lines().filter(|row| row.ends_with("\t0\t0")).count(), 6, "{queues}");
    up.shell.run("aws sqs send-message --queue-url \"$TerminalQueueUrl\" --message-body 'nobody knows what to do'");
    assert!(paste("a look at what ended in the terminal queue, tokens included").contains("nobody knows what to do"));

    let (endpoint, started) = (up.endpoint(), children_of(up.process.id()));
    assert!(started.len() >= 2, "the local AWS and a function: {started:?}");
    up.signal("-INT");
    up.next_with("everything is stopped");
    assert_eq!(up.process.wait().unwrap().code(), Some(0));
    nothing_is_left(&started, &endpoint);
}

#[test]
fn killed_it_leaves_no_process() {
    let mut up = Up::start();
    up.see_an_execution_through();
    let (endpoint, started) = (up.endpoint(), children_of(up.process.id()));
    up.signal("-KILL");
    up.process.wait().unwrap();
    nothing_is_left(&started, &endpoint);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = binary("up").args(["--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&format!("port {port} can't be had")), "{output:?}");
}
