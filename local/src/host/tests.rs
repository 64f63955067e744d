//! The host with real processes that have the real runtime in them: see [`stand_in`].

mod after_us;
mod http;
pub(crate) mod stand_in;
mod updates;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use serde_json::{Value, json};

use super::*;
use crate::Transcript;
use stand_in::spec;

const SOON: Duration = Duration::from_secs(30);

struct Room {
    host: Arc<LambdaHost>,
    transcript: Transcript,
    folder: tempfile::TempDir,
}

async fn room_with(change: impl FnOnce(&mut FunctionSpec)) -> Room {
    let (folder, transcript) = (tempfile::tempdir().unwrap(), Transcript::new());
    let host = Arc::new(LambdaHost::start().await.unwrap());
    let mut spec = spec(folder.path(), &transcript);
    change(&mut spec);
    host.register(spec).unwrap();
    Room { host, transcript, folder }
}

async fn room() -> Room {
    room_with(|_| {}).await
}

impl Room {
    async fn invoke(&self, event: Value) -> Invocation {
        self.host.invoke("work-ABC", event.to_string()).await.unwrap()
    }

    /// Begins an invocation that does not end, and waits until the function is at work.
    async fn begin_to_hang(&self) -> JoinHandle<Invocation> {
        let (host, mut output) = (Arc::clone(&self.host), self.transcript.tail());
        let hanging = tokio::spawn(async move { host.invoke("work-ABC", r#"{"do": "hang"}"#).await.unwrap() });
        output.find(SOON, |line| line.text == "hanging").await.unwrap();
        hanging
    }

    fn has_happened(&self, wanted: impl Fn(&EventKind) -> bool) -> bool {
        self.host.events().any(|event| wanted(&event.what))
    }
}

fn answer(invocation: &Invocation) -> Value {
    assert_eq!(invocation.error, None, "{invocation:?}");
    serde_json::from_slice(&invocation.payload).unwrap()
}

fn error_type(invocation: &Invocation) -> &str {
    &invocation.error.as_ref().unwrap().error_type
}

#[tokio::test]
async fn a_function_learns_what_lambda_tells_it() {
    let room = room().await;
    let invocation = room.invoke(json!({"do": "tell"})).await;
    let told = answer(&invocation);
    assert_eq!(told["request_id"], invocation.request_id.as_str());
    assert_eq!(told["function"], "work-ABC");
    assert_eq!(told["arn"], "arn:aws:lambda:us-east-1:123456789012:function:work-ABC");
    assert!(told["left_ms"].as_u64().unwrap() > 10_000, "{told}");
    let labels: Vec<_> = room.host.events().items().iter().map(|event| event.label.to_string()).collect();
    assert_eq!(labels, ["work", "work", "work"], "started, invoked, answered");
}

#[tokio::test]
async fn between_invocations_a_process_is_stopped_and_kept() {
    let room = room().await;
    let first = answer(&room.invoke(json!({"do": "tell"})).await)["process"].clone();
    let process = Pid::from_raw(first.as_i64().unwrap().try_into().unwrap()).unwrap();
    let stopped = tokio::task::spawn_blocking(move || {
        waitid(WaitId::Pid(process), WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT).unwrap().unwrap()
    });
    assert!(tokio::time::timeout(SOON, stopped).await.unwrap().unwrap().stopped());
    let second = answer(&room.invoke(json!({"do": "tell"})).await)["process"].clone();
    assert_eq!(first, second);
}

#[tokio::test]
async fn invocations_at_once_have_a_process_each_until_there_is_no_capacity() {
    let room = room_with(|spec| spec.concurrency = 2).await;
    let hanging = room.begin_to_hang().await;
    answer(&room.invoke(json!({"do": "tell"})).await);
    let also_hanging = room.begin_to_hang().await;
    let refused = room.host.invoke("work-ABC", "{}").await;
    assert_eq!(refused.unwrap_err(), InvokeError::Throttled);
    assert_eq!(room.host.kill_running("work-ABC"), 2);
    for killed in [hanging.await.unwrap(), also_hanging.await.unwrap()] {
        assert_eq!(error_type(&killed), "Runtime.ExitError");
    }
    answer(&room.invoke(json!({"do": "tell"})).await);
}

#[tokio::test]
async fn one_that_takes_too_long_is_killed() {
    let room = room_with(|spec| spec.timeout = Duration::from_millis(500)).await;
    let invocation = room.invoke(json!({"do": "hang"})).await;
    assert_eq!(error_type(&invocation), "Sandbox.Timedout");
    assert!(invocation.error.unwrap().message.ends_with("Task timed out after 0.50 seconds"));
    assert!(room.has_happened(|what| matches!(what, EventKind::TimedOut { .. })));
    let exited = |event: &Event| matches!(event.what, EventKind::SandboxExited { .. });
    room.host.events().reader().find(SOON, exited).await.unwrap();
    answer(&room.invoke(json!({"do": "tell"})).await);
}

#[tokio::test]
async fn an_error_is_the_functions_own_and_the_process_stays() {
    let room = room().await;
    let before = answer(&room.invoke(json!({"do": "tell"})).await)["process"].clone();
    let invocation = room.invoke(json!({"do": "fail"})).await;
    assert_eq!(error_type(&invocation), "Own.Error");
    let payload: Value = serde_json::from_slice(&invocation.payload).unwrap();
    assert_eq!(payload["errorMessage"], "as asked");
    assert_eq!(answer(&room.invoke(json!({"do": "tell"})).await)["process"], before);
}

#[tokio::test]
async fn a_process_that_ends_while_it_works_fails_the_invocation() {
    let room = room().await;
    let invocation = room.invoke(json!({"do": "exit"})).await;
    assert_eq!(error_type(&invocation), "Runtime.ExitError");
    assert!(invocation.error.unwrap().message.ends_with("exit status 7"));
}

#[tokio::test]
async fn a_process_that_can_t_start_fails_its_invocation_and_is_not_started_again() {
    let room = room_with(|spec| drop(spec.environment.insert("STAND_IN".into(), "exit".into()))).await;
    assert_eq!(error_type(&room.invoke(json!({})).await), "Runtime.ExitError");
    let exits = |event: &&Event| matches!(event.what, EventKind::SandboxExited { .. });
    room.host.events().reader().find(SOON, |event| exits(&event)).await.unwrap();
    assert_eq!(room.host.events().items().iter().filter(exits).count(), 1);
}

#[tokio::test]
async fn a_runtime_that_says_why_it_can_t_start_is_believed() {
    let room = room_with(|spec| drop(spec.environment.insert("STAND_IN".into(), "init-error".into()))).await;
    let invocation = room.invoke(json!({})).await;
    assert_eq!(error_type(&invocation), "Config.Missing");
}

#[tokio::test]
async fn a_binary_that_is_gone_is_named() {
    let room = room_with(|spec| spec.binary = Path::new("/no/such/binary").to_owned()).await;
    let invocation = room.invoke(json!({})).await;
    assert_eq!(error_type(&invocation), "Runtime.InvalidEntrypoint");
    assert!(invocation.error.unwrap().message.contains("/no/such/binary"));
}

#[tokio::test]
async fn killed_before_work_nothing_is_done() {
    let room = room().await;
    room.host.faults().inject("work-ABC", Fault::KillBeforeWork);
    assert_eq!(error_type(&room.invoke(json!({"do": "print", "text": "done"})).await), "Runtime.ExitError");
    assert!(!room.transcript.contains("done"));
    answer(&room.invoke(json!({"do": "print", "text": "done"})).await);
}

#[tokio::test]
async fn killed_after_work_only_the_response_is_lost() {
    let room = room().await;
    room.host.faults().inject("work-ABC", Fault::KillAfterWork);
    assert_eq!(error_type(&room.invoke(json!({"do": "print", "text": "done"})).await), "Runtime.ExitError");
    assert!(room.transcript.contains("done"));
}

#[tokio::test]
async fn one_that_stands_still_does_nothing_until_its_timeout() {
    let room = room_with(|spec| spec.timeout = Duration::from_millis(500)).await;
    room.host.faults().inject("work-ABC", Fault::StandStill);
    assert_eq!(error_type(&room.invoke(json!({"do": "print", "text": "done"})).await), "Sandbox.Timedout");
    assert!(!room.transcript.contains("done"));
    answer(&room.invoke(json!({"do": "print", "text": "done"})).await);
}

#[tokio::test]
async fn when_the_host_stops_nothing_is_left() {
    let room = room().await;
    answer(&room.invoke(json!({"do": "tell"})).await);
    let hanging = room.begin_to_hang().await;
    room.host.stop().await.unwrap();
    assert_eq!(error_type(&hanging.await.unwrap()), "Runtime.ExitError");
    assert_eq!(room.host.invoke("work-ABC", "{}").await.unwrap_err(), InvokeError::UnknownFunction);
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let room = room().await;
    let folder = tempfile::tempdir().unwrap();
    assert!(room.host.register(spec(folder.path(), &room.transcript)).is_err());
}
