//! `callback-bridge activity work`: a command for each task of an activity.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use aws_sdk_sfn::{
    Client,
    types::{ExecutionStatus, HistoryEventType},
};
use callback_bridge_local::{CallEvent, CallFault, LocalRegion, Proxy, StackOptions, command};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout},
    time::{Instant, sleep, timeout},
};

use crate::bench::{PATIENCE, in_region};

/// An activity with a state machine whose only state is of it, what calls of its worker go through, and a folder.
struct Room {
    sfn: Client,
    machine: String,
    activity: String,
    proxy: Proxy,
    endpoint: String,
    folder: TempDir,
}

/// A worker that runs.
struct Worker {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Room {
    async fn new(region: &LocalRegion, name: &str, state: Value) -> Self {
        let sfn = region.aws().sfn();
        let activity = sfn.create_activity().name(name).send().await.unwrap().activity_arn;
        let mut work = json!({ "Type": "Task", "Resource": activity, "TimeoutSeconds": 300, "End": true });
        work.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
        let definition = json!({ "StartAt": "Work", "States": { "Work": work } }).to_string();
        let machine = sfn.create_state_machine().name(name).definition(definition);
        let machine = machine.role_arn("arn:aws:iam::123456789012:role/none").send().await.unwrap().state_machine_arn;
        let mut proxy = Proxy::new(region.aws().endpoint()).unwrap();
        let endpoint = proxy.open(None).await.unwrap();
        Self { sfn, machine, activity, proxy, endpoint, folder: tempfile::tempdir().unwrap() }
    }

    /// Starts an execution with this input.
    async fn start(&self, input: &Value) -> String {
        let call = self.sfn.start_execution().state_machine_arn(&self.machine).input(input.to_string());
        call.send().await.unwrap().execution_arn
    }

    /// Works on the tasks of the activity with this script, in the folder.
    fn work(&self, options: &[&str], script: &str) -> Worker {
        let program = StackOptions::default().build_dir.join("callback-bridge");
        let mut worker = command(program, Some(&self.endpoint));
        worker.args(["activity", "work", "--arn", &self.activity]).args(options).args(["--", "sh", "-c", script]);
        worker.current_dir(self.folder.path()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = worker.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Worker { process, lines }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many calls of this operation were replied to with success.
    fn replies(&self, operation: &str) -> usize {
        let calls = self.proxy.calls().items().into_iter().filter(|call| &*call.operation == operation);
        calls.filter(|call| matches!(call.what, CallEvent::Replied { status: 200, .. })).count()
    }

    /// The end of an execution: its status, and its output, or its error and cause.
    async fn end_of(&self, execution: &str) -> (ExecutionStatus, Option<String>, Option<String>) {
        loop_until(async || {
            let found = self.sfn.describe_execution().execution_arn(execution).send().await.unwrap();
            let ended = (found.status.clone(), found.output.or(found.error), found.cause);
            (found.status != ExecutionStatus::Running).then_some(ended)
        })
        .await
    }
}

impl Worker {
    /// Waits until it tells this.
    async fn tells(&mut self, text: &str) {
        let told = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if line.contains(text) {
                    return;
                }
            }
            panic!("it has ended without a word of {text:?}");
        };
        timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("it does not tell {text:?}"));
    }

    /// Tells it to stop, once.
    fn stop(&self, signal: Signal) {
        let id = Pid::from_raw(self.process.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(id, signal).unwrap();
    }

    /// The code that it exits with.
    async fn ends(mut self) -> Option<i32> {
        timeout(PATIENCE, self.process.wait()).await.expect("it does not end").unwrap().code()
    }
}

async fn loop_until<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < give_up, "it does not happen");
        sleep(std::time::Duration::from_millis(25)).await;
    }
}

async fn comes(file: &Path) {
    loop_until(async || file.exists().then_some(())).await;
}

#[test]
fn a_command_works_on_each_task_and_its_exit_code_and_last_words_fail_it() {
    in_region(async |region| {
        let room = Room::new(region, "work-results", json!({})).await;
        let good = room.start(&json!({ "who": "Kato" })).await;
        let bad = room.start(&json!({ "fail": true })).await;
        let script =
            "input=$(cat); case $input in *fail*) echo no such applicant >&2; exit 3;; *) echo \"$input\";; esac";
        let mut worker = room.work(&["--worker", "carol"], script);
        worker.tells("answered: failure, Command.Exit3").await;
        let (status, output, _) = room.end_of(&good).await;
        assert_eq!((status, output.as_deref()), (ExecutionStatus::Succeeded, Some(r#"{"who":"Kato"}"#)));
        let failed = Some("Command.Exit3".to_owned());
        let cause = Some("no such applicant".to_owned());
        assert_eq!(room.end_of(&bad).await, (ExecutionStatus::Failed, failed, cause));
        let history = room.sfn.get_execution_history().execution_arn(&good).send().await.unwrap().events;
        let started = history.iter().find(|event| event.r#type == HistoryEventType::ActivityStarted).unwrap();
        let by = started.activity_started_event_details.as_ref().unwrap().worker_name.as_deref();
        assert_eq!(by, Some("carol"));
        worker.stop(Signal::INT);
        assert_eq!(worker.ends().await, Some(0));
    });
}

/// Each command ends only when the other one has begun.
#[test]
fn as_many_commands_run_at_once_as_are_allowed() {
    in_region(async |region| {
        let room = Room::new(region, "work-concurrency", json!({})).await;
        let executions = [room.start(&json!(1)).await, room.start(&json!(2)).await];
        let script = "touch begun-$(cat); until [ -e begun-1 ] && [ -e begun-2 ]; do sleep 0.05; done; echo done";
        let worker = room.work(&["--concurrency", "2"], script);
        for execution in &executions {
            assert_eq!(room.end_of(execution).await.0, ExecutionStatus::Succeeded);
        }
        worker.stop(Signal::TERM);
        assert_eq!(worker.ends().await, Some(0));
    });
}

#[test]
fn a_task_is_kept_alive_while_its_command_runs_and_the_command_killed_when_nobody_waits() {
    in_region(async |region| {
        // Without heartbeats, the first task would be over before the third of them.
        let room = Room::new(region, "work-heartbeats", json!({ "HeartbeatSeconds": 3 })).await;
        let kept = room.start(&json!("kept")).await;
        let script = "name=$(cat | tr -d '\"'); echo $$ > \"$name.new\"; mv \"$name.new\" \"$name.pid\"; until [ -e \"$name\" ]; do sleep 0.05; done";
        let mut worker = room.work(&["--heartbeat", "1"], script);
        loop_until(async || (room.replies("SendTaskHeartbeat") >= 4).then_some(())).await;
        fs::write(room.file("kept"), "").unwrap();
        assert_eq!(room.end_of(&kept).await.0, ExecutionStatus::Succeeded);

        let stopped = room.start(&json!("stopped")).await;
        let pid = room.file("stopped.pid");
        comes(&pid).await;
        room.sfn.stop_execution().execution_arn(&stopped).send().await.unwrap();
        worker.tells("nobody waits for it any more; the command was killed").await;
        let pid: u32 = fs::read_to_string(pid).unwrap().trim().parse().unwrap();
        let stat = format!("/proc/{pid}/stat");
        loop_until(async || fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z")).then_some(())).await;
        worker.stop(Signal::TERM);
        assert_eq!(worker.ends().await, Some(0));
    });
}

/// The reply to a poll is on its way when the worker is told to stop: the task in it is worked on.
#[test]
fn a_worker_stops_only_between_polls() {
    in_region(async |region| {
        for signal in [Signal::INT, Signal::TERM] {
            let room = Room::new(region, &format!("work-stop-{}", signal.as_raw()), json!({})).await;
            let execution = room.start(&json!("last")).await;
            let held = room.proxy.faults().inject_lasting("GetActivityTask", CallFault::HoldReply);
            let mut worker = room.work(&[], "cat");
            let is_held = |call: &callback_bridge_local::Call| call.what == CallEvent::Held;
            loop_until(async || room.proxy.calls().items().iter().any(is_held).then_some(())).await;
            worker.stop(signal);
            worker.tells("stopping").await;
            held.take_back();
            assert_eq!(room.end_of(&execution).await.0, ExecutionStatus::Succeeded);
            assert_eq!(worker.ends().await, Some(0));
            assert_eq!(room.replies("GetActivityTask"), 1, "no further task was asked for");
        }
    });
}
