//! The runtime with recording fakes and a paused clock.

mod answers;
mod batches;
mod clock;
mod given_up;
mod invoked;
mod metrics;
mod parking;
mod properties;
mod responses;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsMessage};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{RuntimeSettings, Unreturnable, WorkerRuntime};
use crate::{
    Answer, Task, TaskFailure, WorkError, Worker,
    test_util::{RecordingCallbacks, RecordingQueue, invocation, sqs_event, sqs_message},
};

/// Does what its input says: `{"do": "succeed" | "fail" | "retry" | "panic" | "work", "seconds": n}`.
#[derive(Default)]
struct Obedient {
    finished: AtomicUsize,
}

#[derive(serde::Deserialize)]
struct Orders {
    r#do: String,
    #[serde(default)]
    seconds: u64,
}

impl Worker for Obedient {
    type Input = Orders;
    type Output = Value;

    async fn work(&self, task: Task<Orders>) -> Result<Value, WorkError> {
        sleep(Duration::from_secs(task.input.seconds)).await;
        self.finished.fetch_add(1, Ordering::Relaxed);
        match task.input.r#do.as_str() {
            "fail" => Err(TaskFailure::new("Test.Failed", "as ordered").into()),
            "retry" => Err(std::io::Error::other("the line is busy").into()),
            "panic" => panic!("as ordered"),
            "be too much" => Ok(json!("x".repeat(300_000))),
            _ => Ok(json!({ "done": task.business_key })),
        }
    }
}

/// A runtime over fakes, with one minute for an invocation.
struct Bench {
    callbacks: RecordingCallbacks,
    queue: RecordingQueue,
    runtime: WorkerRuntime<Obedient, RecordingCallbacks, RecordingQueue>,
}

impl Bench {
    fn new(callbacks: RecordingCallbacks) -> Self {
        Self::with_queue(callbacks, RecordingQueue::default())
    }

    fn with_queue(callbacks: RecordingCallbacks, queue: RecordingQueue) -> Self {
        Self::with_settings(callbacks, queue, RuntimeSettings::default())
    }

    fn with_settings(callbacks: RecordingCallbacks, queue: RecordingQueue, settings: RuntimeSettings) -> Self {
        let runtime = WorkerRuntime::new(Obedient::default(), callbacks.clone(), queue.clone(), settings);
        Self { callbacks, queue, runtime }
    }

    async fn handle(&self, messages: impl IntoIterator<Item = SqsMessage>) -> Result<SqsBatchResponse, Unreturnable> {
        self.runtime.handle(sqs_event(messages), invocation(Duration::from_mins(1))).await
    }

    /// The ids of the messages that are kept.
    async fn kept(&self, messages: impl IntoIterator<Item = SqsMessage>) -> Vec<String> {
        let response = self.handle(messages).await.unwrap();
        response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
    }

    /// The error name and cause of the one failure that was sent.
    fn failure(&self) -> (String, Value) {
        match self.callbacks.answers().as_slice() {
            [Answer::Failure(failure)] => (failure.error().into(), serde_json::from_str(&failure.cause()).unwrap()),
            other => panic!("{other:?}"),
        }
    }
}

fn task(id: &str, input: Value) -> SqsMessage {
    sqs_message(id, &json!({ "taskToken": format!("token-{id}"), "input": input, "businessKey": id }))
}

fn task_with_heartbeat(id: &str, input: Value, seconds: u64) -> SqsMessage {
    sqs_message(id, &json!({ "taskToken": format!("token-{id}"), "input": input, "heartbeatSeconds": seconds }))
}

/// One that has waited in its queue.
fn waited(mut message: SqsMessage, time: Duration) -> SqsMessage {
    let sent: u64 = message.attributes["SentTimestamp"].parse().unwrap();
    let sent = Duration::from_millis(sent).saturating_sub(time);
    message.attributes.insert("SentTimestamp".to_owned(), sent.as_millis().to_string());
    message
}

fn received(mut message: SqsMessage, times: u32) -> SqsMessage {
    message.attributes.insert("ApproximateReceiveCount".to_owned(), times.to_string());
    message
}

/// One of a group of a FIFO queue.
fn in_group(group: &str, mut message: SqsMessage) -> SqsMessage {
    message.event_source_arn = Some("arn:aws:sqs:us-east-1:123456789012:tasks.fifo".to_owned());
    message.attributes.insert("MessageGroupId".to_owned(), group.to_owned());
    message
}
