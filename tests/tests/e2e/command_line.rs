//! The commands of cli/README.md, executed over one running stack, and how they end.

use std::{
    fs,
    os::unix::fs::symlink,
    path::PathBuf,
    process::{Output, Stdio},
};

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{Sample, StackOptions, command};
use callback_bridge_tests::repository;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use crate::{
    approvals::People,
    bench::{PATIENCE, TOKEN, in_own_region, input, stack},
};

/// A shell in a folder with the files that the page names, which can reach the local AWS alone.
struct Shell<'a> {
    sample: &'a Sample,
    folder: TempDir,
}

impl<'a> Shell<'a> {
    fn new(sample: &'a Sample) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for shared in ["events", "infra"] {
            symlink(repository().join(shared), folder.path().join(shared)).unwrap();
        }
        fs::create_dir_all(folder.path().join(".local/share/bash-completion/completions")).unwrap();
        fs::write(folder.path().join("report.json"), r#"{"score": 742}"#).unwrap();
        Self { sample, folder }
    }

    fn command(&self, line: &str) -> Command {
        let mut shell = command("sh", Some(self.sample.bridge.region().aws().endpoint()));
        let programs = StackOptions::default().build_dir;
        shell.args(["-c", line]).current_dir(self.folder.path()).env("HOME", self.folder.path());
        shell.env("PATH", format!("{}:/usr/bin:/bin", programs.display())).stdin(Stdio::null());
        shell
    }

    /// What a line comes to; nothing that it prints is a token.
    async fn run(&self, line: &str) -> Output {
        let output = self.command(line).output().await.unwrap();
        for printed in [&output.stdout, &output.stderr] {
            assert!(!String::from_utf8_lossy(printed).contains(TOKEN), "{line}: a token was printed");
        }
        output
    }

    /// What a line prints that does what it should.
    async fn prints(&self, line: &str) -> String {
        let output = self.run(line).await;
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The exit code of a line, and what it says about it.
    async fn ends(&self, line: &str) -> (Option<i32>, String) {
        let output = self.run(line).await;
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts an execution that waits, and puts its token into token.txt.
    async fn waits(&self) -> String {
        let sfn = self.sample.bridge.sfn();
        let activity = sfn.create_activity().name("waits").send().await.unwrap().activity_arn;
        let state = json!({ "Type": "Task", "Resource": activity, "TimeoutSeconds": 300, "End": true });
        let definition = json!({ "StartAt": "Wait", "States": { "Wait": state } }).to_string();
        let machine = sfn.create_state_machine().name("waits").definition(definition);
        let machine = machine.role_arn("arn:aws:iam::123456789012:role/none").send().await.unwrap().state_machine_arn;
        let started = sfn.start_execution().state_machine_arn(machine).send().await.unwrap().execution_arn;
        let task = sfn.get_activity_task().activity_arn(activity).send().await.unwrap();
        fs::write(self.file("token.txt"), task.task_token.unwrap()).unwrap();
        started
    }

    /// How an execution stands.
    async fn status(&self, execution: &str) -> ExecutionStatus {
        let call = self.sample.bridge.sfn().describe_execution().execution_arn(execution);
        call.send().await.unwrap().status
    }
}

/// Every line of every sample of a page.
fn lines_of(page: &str) -> Vec<String> {
    let page = fs::read_to_string(repository().join(page)).unwrap();
    let samples = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    samples.flat_map(str::lines).map(str::to_owned).collect()
}

fn lines() -> Vec<String> {
    let mut lines = lines_of("cli/README.md");
    assert!(lines.len() > 15, "{lines:?}");
    for shown in lines_of("README.md").iter().filter(|line| line.starts_with("callback-bridge ")) {
        assert!(lines.contains(shown), "only what is executed here is shown: {shown}");
    }
    // An execution is looked at on the page before it is started there.
    lines.sort_by_key(|line| !line.contains("--name act-1"));
    lines
}

#[test]
fn every_command_of_the_page_does_what_the_page_says() {
    let stack = stack("command-line").parameter("LoanApprovers", "lender@command-line.example.com");
    in_own_region(stack, async |sample| {
        let shell = Shell::new(sample);
        for line in lines() {
            if !line.starts_with("cargo ") && !line.starts_with("export ") {
                does_what_it_should(&shell, &line).await;
            }
        }
        exit_codes_tell_how_a_command_ended(&shell).await;
        documents_are_for_programs(&shell).await;
    });
}

async fn does_what_it_should(shell: &Shell<'_>, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        [_, "run", "LoanApplicationStateMachine", ..] => {
            let people = People::of(shell.sample);
            let (printed, _) = tokio::join!(shell.prints(line), people.decide("lender", "approve", ""));
            assert!(printed.contains("SUCCEEDED"), "{printed}");
        }
        [_, "run", .., "--follow"] | [_, "follow", _] => {
            let printed = shell.prints(line).await;
            let arn = shell.sample.bridge.output("CreditCheckStateMachineArn").unwrap();
            let arn = format!("{}:act-1", arn.replace(":stateMachine:", ":execution:"));
            assert!(printed.starts_with(&arn) || words[1] == "follow", "{printed}");
            for told in ["Check credit: waits for the answer to a token", "Check credit: answered", "SUCCEEDED", &arn] {
                assert!(printed.contains(told), "{line}: {told}: {printed}");
            }
        }
        ["echo", ..] => {
            let printed = shell.prints(line).await;
            shell.sample.end_of(printed.trim(), PATIENCE).await.unwrap();
        }
        [_, "history", _, "--output", "json", "|", "jq", ..] => {
            let printed = shell.prints(line.split(" | ").next().unwrap()).await;
            assert!(printed.contains("[redacted]"), "the token stands in what a task sends: {printed}");
            let document: Value = serde_json::from_str(&printed).unwrap();
            let events = document["events"].as_array().unwrap();
            assert!(events.iter().any(|event| event["type"] == "TaskSucceeded"), "{document}");
        }
        [_, "history", _] => {
            let printed = shell.prints(line).await;
            assert!(printed.contains("SUCCEEDED") && printed.contains("TaskSucceeded"), "{printed}");
        }
        [_, "token", telling, ..] => {
            let execution = shell.waits().await;
            shell.prints(line).await;
            let status = match telling {
                "success" => ExecutionStatus::Succeeded,
                "failure" => ExecutionStatus::Failed,
                _ => ExecutionStatus::Running,
            };
            if telling == "heartbeat" {
                assert_eq!(shell.status(&execution).await, status);
            } else {
                assert_eq!(shell.sample.end_of(&execution, PATIENCE).await.unwrap().status, status, "{line}");
                let (code, said) = shell.ends(line).await;
                assert!(code == Some(3) && said.contains("nobody waits"), "{code:?}: {said}");
            }
        }
        [_, "callbacks", "list", ..] => {
            shell.prints(line).await;
        }
        // The flow of callbacks_command.rs has them do something.
        [_, "callbacks", ..] => {
            let (code, said) = shell.ends(line).await;
            assert!(code == Some(3) && said.contains("there is no callback"), "{code:?}: {said}");
        }
        [_, "activity", "work", ..] => works(shell, line).await,
        [_, "graph", _] => assert!(shell.prints(line).await.starts_with("flowchart TD")),
        [_, "graph", .., ">", file] => {
            shell.prints(line).await;
            let drawn = fs::read_to_string(shell.file(file)).unwrap();
            assert!(drawn.starts_with("<svg") && drawn.contains("Check credit"), "{line}: {drawn}");
        }
        [_, "completions", .., file] => {
            shell.prints(line).await;
            let file = shell.file(file.strip_prefix("~/").unwrap());
            assert!(fs::read_to_string(file).unwrap().contains("callback-bridge"));
        }
        _ => panic!("say here what this should do: {line}"),
    }
}

async fn works(shell: &Shell<'_>, line: &str) {
    let greet = "import json, sys\nprint(json.dumps({'greeting': 'Hello, ' + json.load(sys.stdin)['who']}))";
    fs::write(shell.file("greet.py"), greet).unwrap();
    let sfn = shell.sample.bridge.sfn();
    let activity = sfn.create_activity().name("get-greeting").send().await.unwrap().activity_arn;
    let state =
        json!({ "Type": "Task", "Resource": activity, "TimeoutSeconds": 300, "HeartbeatSeconds": 30, "End": true });
    let definition = json!({ "StartAt": "getGreeting", "States": { "getGreeting": state } }).to_string();
    let machine = sfn.create_state_machine().name("greets").definition(definition);
    let machine = machine.role_arn("arn:aws:iam::123456789012:role/none").send().await.unwrap().state_machine_arn;
    let execution = sfn.start_execution().state_machine_arn(machine).input(r#"{"who":"Kato"}"#).send().await.unwrap();
    let mut worker = shell.command(&format!("exec {line}")).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let ended = shell.sample.end_of(&execution.execution_arn, PATIENCE).await.unwrap();
    assert_eq!(ended.output, Some(json!({ "greeting": "Hello, Kato" })), "{ended:?}");
    signal(worker.id(), Signal::TERM);
    assert_eq!(worker.wait().await.unwrap().code(), Some(0));
}

fn signal(process: Option<u32>, signal: Signal) {
    let id = Pid::from_raw(process.unwrap().try_into().unwrap()).unwrap();
    kill_process(id, signal).unwrap();
}

async fn exit_codes_tell_how_a_command_ended(shell: &Shell<'_>) {
    let declined =
        "callback-bridge run CreditCheckStateMachine --follow --input events/statemachines/credit-check/declined.json";
    for (line, code, says) in [
        (declined, 1, ""),
        ("callback-bridge graph nowhere.asl.json", 2, "cannot be read"),
        ("callback-bridge run NoSuchMachine", 3, "there is no state machine NoSuchMachine; there are: "),
        ("callback-bridge history CreditCheckStateMachine:nobody", 3, ""),
        ("AWS_MAX_ATTEMPTS=1 callback-bridge history a:b --endpoint-url http://127.0.0.1:9", 4, "--endpoint-url"),
    ] {
        let (ended, said) = shell.ends(line).await;
        assert_eq!(ended, Some(code), "{line}: {said}");
        assert!(said.contains(says), "{line}: {said}");
    }
    let execution = shell.waits().await;
    let mut following = shell.command(&format!("exec callback-bridge follow {execution}"));
    let mut following = following.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut told = BufReader::new(following.stdout.take().unwrap()).lines();
    told.next_line().await.unwrap().expect("the execution has started");
    signal(following.id(), Signal::INT);
    assert_eq!(following.wait().await.unwrap().code(), Some(130));
    assert_eq!(shell.status(&execution).await, ExecutionStatus::Running, "it goes on");
}

/// One document on standard output; what is told meanwhile is on standard error.
async fn documents_are_for_programs(shell: &Shell<'_>) {
    let good = "callback-bridge run CreditCheckStateMachine --input - --follow --output json";
    let output = shell.run(&format!("echo '{}' | {good}", input("good"))).await;
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["status"], &document["output"]["decision"]), (&json!("SUCCEEDED"), &json!("approved")));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Check credit: answered"), "{output:?}");
    shell.waits().await;
    let document = shell.prints("callback-bridge token success --result 1 --output json < token.txt").await;
    assert!(serde_json::from_str::<Value>(&document).unwrap().is_object(), "{document}");
}
