//! A worker over real commands, with a Step Functions of ours.

use std::{
    collections::VecDeque,
    fs, io,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use callback_bridge::{ActivityTask, Answer, Refusal, TaskToken, test_util::RecordingCallbacks};
use tokio::time::timeout;

use super::*;
use crate::{activity::report::tests::Unread, arguments::Format};

/// What a poll brings.
enum Polled {
    Task(ActivityTask),
    Nothing,
    Failed(PollError),
}

/// Tasks that are there from the beginning. When there are no more, the worker is told to stop.
struct Queue {
    tasks: Mutex<VecDeque<Polled>>,
    stopping: Stopping,
    polls: AtomicUsize,
}

impl ActivityTasks for Queue {
    async fn next(&self) -> Result<Option<ActivityTask>, PollError> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        let next = self.tasks.lock().unwrap().pop_front();
        match next {
            Some(Polled::Task(task)) => Ok(Some(task)),
            Some(Polled::Nothing) => Ok(None),
            Some(Polled::Failed(error)) => Err(error),
            None => {
                self.stopping.after_tasks();
                Ok(None)
            }
        }
    }
}

fn task(token: &str, input: &str) -> Polled {
    let token = TaskToken::new(token).unwrap();
    Polled::Task(ActivityTask { token, input: input.to_owned() })
}

fn worker(
    script: &str,
    tasks: impl IntoIterator<Item = Polled>,
    callbacks: RecordingCallbacks,
) -> Worker<Queue, RecordingCallbacks> {
    let stopping = Stopping::new();
    let command = CommandLine::new(["sh", "-c", script].map(str::to_owned).to_vec()).unwrap();
    let tasks = Mutex::new(tasks.into_iter().collect());
    let tasks = Queue { tasks, stopping: stopping.clone(), polls: AtomicUsize::new(0) };
    let report = Report::new(Format::Table, io::stdout(), io::stderr());
    Worker { tasks, callbacks, command, heartbeat: None, stopping, report }
}

/// A command that should have been killed would go on for long.
async fn in_time<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), work).await.expect("the worker does not come to its end")
}

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn outputs(callbacks: &RecordingCallbacks) -> Vec<String> {
    let told = |answer| match answer {
        Answer::Success(output) => output.as_json().to_owned(),
        Answer::Failure(failure) => format!("{}: {}", failure.error(), failure.cause()),
    };
    callbacks.answers().into_iter().map(told).collect()
}

#[tokio::test]
async fn each_task_gets_the_answer_of_its_command() {
    let callbacks = RecordingCallbacks::default();
    let tasks = [task("a", "{\"n\":1}"), Polled::Nothing, task("b", "{\"n\":2}")];
    in_time(worker("cat", tasks, callbacks.clone()).work(ONE)).await.unwrap();
    assert_eq!(outputs(&callbacks), ["{\"n\":1}", "{\"n\":2}"]);
    let tokens: Vec<_> = callbacks.calls().iter().map(|call| call.token.expose().to_owned()).collect();
    assert_eq!(tokens, ["a", "b"]);
}

#[tokio::test]
async fn a_command_that_fails_fails_its_task_and_no_other() {
    let callbacks = RecordingCallbacks::default();
    let script = "read n; if [ $n = 1 ]; then echo bad >&2; exit 3; fi; echo $n";
    in_time(worker(script, [task("a", "1\n"), task("b", "2\n")], callbacks.clone()).work(ONE)).await.unwrap();
    assert_eq!(outputs(&callbacks), ["Command.Exit3: bad", "2"]);
}

#[tokio::test]
async fn the_token_is_in_neither_arguments_nor_environment() {
    let callbacks = RecordingCallbacks::default();
    let script = "env; tr '\\0' ' ' < /proc/$$/cmdline; cat";
    in_time(worker(script, [task("AQCU-very-secret", "{}")], callbacks.clone()).work(ONE)).await.unwrap();
    let output = outputs(&callbacks).concat();
    assert!(output.contains("PATH=") && !output.contains("very-secret"), "{output}");
}

/// Each command waits for the other: one after the other they would never end.
#[tokio::test]
async fn as_many_commands_run_at_once_as_are_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        format!("read n; touch {0}/$n; until [ -e {0}/1 ] && [ -e {0}/2 ]; do :; done", folder.path().display());
    let callbacks = RecordingCallbacks::default();
    let worker = worker(&script, [task("a", "1\n"), task("b", "2\n")], callbacks.clone());
    in_time(worker.work(NonZeroUsize::new(2).unwrap())).await.unwrap();
    assert_eq!(outputs(&callbacks), ["\"\"", "\"\""]);
}

/// Its command goes on until there is a file.
async fn beats_thrice_and_answers(
    worker: Worker<Queue, RecordingCallbacks>,
    callbacks: &RecordingCallbacks,
    go: &Path,
) {
    let beaten_thrice = async {
        while callbacks.heartbeats() < 3 {
            tokio::task::yield_now().await;
        }
        fs::write(go, "").unwrap();
    };
    let (ended, ()) = in_time(async { tokio::join!(worker.work(ONE), beaten_thrice) }).await;
    ended.unwrap();
    assert_eq!(outputs(callbacks), ["\"\""]);
}

#[tokio::test]
async fn a_task_is_kept_alive_while_its_command_runs() {
    let folder = tempfile::tempdir().unwrap();
    let go = folder.path().join("go");
    let callbacks = RecordingCallbacks::default();
    let mut worker = worker(&format!("until [ -e {} ]; do :; done", go.display()), [task("a", "")], callbacks.clone());
    worker.heartbeat = Some(Duration::from_millis(5));
    beats_thrice_and_answers(worker, &callbacks, &go).await;
}

#[tokio::test]
async fn a_command_is_killed_when_nobody_waits_for_it() {
    let callbacks = RecordingCallbacks::default().beating([Ok(()), Err(Refusal::TaskTimedOut)]);
    let mut worker = worker("exec sleep 1000", [task("a", "")], callbacks.clone());
    worker.heartbeat = Some(Duration::from_millis(5));
    in_time(worker.work(ONE)).await.unwrap();
    assert_eq!((outputs(&callbacks), callbacks.heartbeats()), (vec![], 2));
}

#[tokio::test]
async fn who_is_told_to_stop_ends_what_has_begun_and_polls_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (begun, go) = (folder.path().join("begun"), folder.path().join("go"));
    let script = format!("touch {}; until [ -e {} ]; do :; done; echo done", begun.display(), go.display());
    let callbacks = RecordingCallbacks::default();
    let worker = worker(&script, [task("a", ""), task("b", "")], callbacks.clone());
    let stop = async {
        while !begun.exists() {
            tokio::task::yield_now().await;
        }
        worker.stopping.further();
        fs::write(&go, "").unwrap();
    };
    let (ended, ()) = in_time(async { tokio::join!(worker.work(ONE), stop) }).await;
    assert_eq!(ended.unwrap(), Ended::Well);
    assert_eq!(outputs(&callbacks), ["\"done\""]);
    assert_eq!(worker.tasks.polls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn who_is_told_twice_kills_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun");
    let callbacks = RecordingCallbacks::default();
    let script = format!("touch {}; exec sleep 1000", begun.display());
    let worker = worker(&script, [task("a", "")], callbacks.clone());
    let stop = async {
        while !begun.exists() {
            tokio::task::yield_now().await;
        }
        worker.stopping.further();
        worker.stopping.further();
    };
    let (ended, ()) = in_time(async { tokio::join!(worker.work(ONE), stop) }).await;
    assert_eq!(ended.unwrap(), Ended::Interrupted);
    assert_eq!(outputs(&callbacks), ["Command.Stopped: the worker was stopped before the command had ended"]);
}

#[tokio::test(start_paused = true)]
async fn an_activity_that_cannot_be_asked_is_asked_again_and_one_that_refuses_is_not() {
    let unreachable = || Polled::Failed(PollError::Unheard { reason: "no connection".to_owned() });
    let too_many = || Polled::Failed(PollError::Throttled { code: "ActivityWorkerLimitExceeded".to_owned() });
    let tasks =
        [unreachable(), too_many(), Polled::Failed(PollError::Refused { code: "denied".to_owned() }), task("a", "")];
    let worker = worker("cat", tasks, RecordingCallbacks::default());
    let refused = worker.work(ONE).await.unwrap_err();
    assert!(refused.to_string().starts_with("GetActivityTask: denied: "), "{refused}");
    assert_eq!(worker.tasks.polls.load(Ordering::Relaxed), 3);
}

#[test]
fn a_poll_that_is_refused_says_what_to_mend() {
    for (code, mended) in [
        ("ExpiredTokenException", "the credentials are not valid; sign in again, or choose another --profile (Expired"),
        ("AccessDeniedException", "AWS denies states:GetActivityTask; have it granted to you"),
        ("KmsAccessDeniedException", "check the activity's KMS key"),
        ("ActivityDoesNotExist", "check the activity's ARN"),
    ] {
        let error = Error::from(PollError::Refused { code: code.to_owned() });
        assert!(matches!(&error, Error::Refused(told) if told.contains(mended)), "{error}");
    }
    let error = Error::from(PollError::Refused { code: NO_CREDENTIALS.to_owned() });
    assert!(matches!(error, Error::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn a_command_that_cannot_be_started_fails_one_task_and_stops_the_worker() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    fs::copy("/bin/sh", &program).unwrap();
    let callbacks = RecordingCallbacks::default();
    let mut worker = worker("", [task("a", ""), task("b", "")], callbacks.clone());
    worker.command = CommandLine::new(vec![program.to_str().unwrap().to_owned()]).unwrap();
    fs::remove_file(program).unwrap();
    let error = in_time(worker.work(ONE)).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    let outputs = outputs(&callbacks);
    assert!(outputs[0].starts_with("Command.NotStarted: ") && outputs.len() == 1, "{outputs:?}");
    assert_eq!(worker.tasks.polls.load(Ordering::Relaxed), 1);
}

/// What a command says on standard error fills any buffer.
#[tokio::test]
async fn a_task_is_kept_alive_and_answered_while_nobody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let go = folder.path().join("go");
    let callbacks = RecordingCallbacks::default();
    let script = format!("yes | head -c 10000000 >&2; until [ -e {} ]; do :; done", go.display());
    let mut worker = worker(&script, [task("a", "")], callbacks.clone());
    worker.heartbeat = Some(Duration::from_millis(5));
    worker.report = Report::new(Format::Table, Unread, Unread);
    beats_thrice_and_answers(worker, &callbacks, &go).await;
}
