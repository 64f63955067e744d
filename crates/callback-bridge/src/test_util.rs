//! Recording fakes of the ports, and SQS events, for the tests of workers.

pub mod log;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{
    Answer, Invocation, MessageQueue, QueueError, ReceivedMessage, Refusal, TaskCallbacks, TaskHandle, TaskToken,
};

/// A Step Functions that accepts everything unless told otherwise, and remembers every call.
#[derive(Debug, Clone, Default)]
pub struct RecordingCallbacks(Arc<Mutex<Callbacks>>);

#[derive(Debug, Default)]
struct Callbacks {
    calls: Vec<Call>,
    answers: VecDeque<Result<(), Refusal>>,
    heartbeats: VecDeque<Result<(), Refusal>>,
    latency: Duration,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The token it was made with.
    pub token: TaskToken,
    /// The execution that the task was said to be of.
    pub execution: Option<String>,
    /// What was called.
    pub kind: CallKind,
    /// When it was made.
    pub at: Instant,
}

/// What was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallKind {
    /// SendTaskSuccess or SendTaskFailure.
    Answer(Answer),
    /// SendTaskHeartbeat.
    Heartbeat,
}

impl RecordingCallbacks {
    /// The replies to the next answers, in this order; later ones are accepted.
    #[must_use]
    pub fn answering(self, replies: impl IntoIterator<Item = Result<(), Refusal>>) -> Self {
        self.lock().answers.extend(replies);
        self
    }

    /// The replies to the next heartbeats, in this order; later ones are accepted.
    #[must_use]
    pub fn beating(self, replies: impl IntoIterator<Item = Result<(), Refusal>>) -> Self {
        self.lock().heartbeats.extend(replies);
        self
    }

    /// How long every reply takes.
    #[must_use]
    pub fn taking(self, latency: Duration) -> Self {
        self.lock().latency = latency;
        self
    }

    /// Every call so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// Every answer so far.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        let calls = self.calls().into_iter();
        calls.filter_map(|call| if let CallKind::Answer(answer) = call.kind { Some(answer) } else { None }).collect()
    }

    /// How many heartbeats there were so far.
    #[must_use]
    pub fn heartbeats(&self) -> usize {
        self.calls().iter().filter(|call| call.kind == CallKind::Heartbeat).count()
    }

    fn lock(&self) -> MutexGuard<'_, Callbacks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call(&self, task: TaskHandle<'_>, kind: CallKind) -> Result<(), Refusal> {
        let (reply, latency) = {
            let mut state = self.lock();
            let reply = match kind {
                CallKind::Answer(_) => state.answers.pop_front(),
                CallKind::Heartbeat => state.heartbeats.pop_front(),
            };
            let (token, execution) = (task.token.clone(), task.execution.map(ToOwned::to_owned));
            state.calls.push(Call { token, execution, kind, at: Instant::now() });
            (reply.unwrap_or(Ok(())), state.latency)
        };
        sleep(latency).await;
        reply
    }
}

impl TaskCallbacks for RecordingCallbacks {
    async fn answer(&self, task: TaskHandle<'_>, answer: &Answer) -> Result<(), Refusal> {
        self.call(task, CallKind::Answer(answer.clone())).await
    }

    async fn heartbeat(&self, task: TaskHandle<'_>) -> Result<(), Refusal> {
        self.call(task, CallKind::Heartbeat).await
    }
}

/// A queue that remembers which messages were to come again, and after how long, and which were sent on.
#[derive(Debug, Clone, Default)]
pub struct RecordingQueue {
    redeliveries: Arc<Mutex<Vec<(ReceivedMessage, Duration)>>>,
    forwarded: Arc<Mutex<Vec<Forwarded>>>,
    failing: bool,
    latency: Duration,
}

/// A message that was sent on to another queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Forwarded {
    /// The message as it was received.
    pub message: SqsMessage,
    /// The URL of the other queue.
    pub to: String,
    /// Why.
    pub reason: String,
}

impl RecordingQueue {
    /// A queue that does nothing it is asked for.
    #[must_use]
    pub fn failing() -> Self {
        Self { failing: true, ..Self::default() }
    }

    /// How long every reply takes.
    #[must_use]
    pub fn taking(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    /// What it was asked to deliver again so far.
    #[must_use]
    pub fn redeliveries(&self) -> Vec<(ReceivedMessage, Duration)> {
        self.redeliveries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it was asked to send on so far.
    #[must_use]
    pub fn forwarded(&self) -> Vec<Forwarded> {
        self.forwarded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn reply(&self) -> Result<(), QueueError> {
        if self.failing { Err(QueueError("as the test wants it".to_owned())) } else { Ok(()) }
    }
}

impl MessageQueue for RecordingQueue {
    async fn redeliver_after(&self, message: &ReceivedMessage, delay: Duration) -> Result<(), QueueError> {
        sleep(self.latency).await;
        self.redeliveries.lock().unwrap_or_else(PoisonError::into_inner).push((message.clone(), delay));
        self.reply()
    }

    async fn forward(&self, message: &SqsMessage, queue_url: &str, reason: &str) -> Result<(), QueueError> {
        sleep(self.latency).await;
        let forwarded = Forwarded { message: message.clone(), to: queue_url.to_owned(), reason: reason.to_owned() };
        self.forwarded.lock().unwrap_or_else(PoisonError::into_inner).push(forwarded);
        self.reply()
    }
}

/// When the messages of these tests were sent, in milliseconds since 1970.
const SENT_MS: u64 = 1_763_805_600_000;

/// An invocation that received its messages right after they were sent, and has this much time.
#[must_use]
pub fn invocation(time: Duration) -> Invocation {
    Invocation { received_at: UNIX_EPOCH + Duration::from_millis(SENT_MS), ends: Instant::now() + time }
}

/// An SQS message as Lambda delivers it for the first time, from a standard queue.
#[must_use]
pub fn sqs_message(id: &str, body: &Value) -> SqsMessage {
    sqs_text_message(id, &body.to_string())
}

/// The same with a body that need not be JSON.
#[must_use]
pub fn sqs_text_message(id: &str, body: &str) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.message_id = Some(id.to_owned());
    message.receipt_handle = Some(format!("receipt-{id}"));
    message.body = Some(body.to_owned());
    message.event_source = Some("aws:sqs".to_owned());
    message.event_source_arn = Some("arn:aws:sqs:us-east-1:123456789012:tasks".to_owned());
    message.attributes.insert("ApproximateReceiveCount".to_owned(), "1".to_owned());
    message.attributes.insert("SentTimestamp".to_owned(), SENT_MS.to_string());
    message
}

/// The event that Lambda makes of messages.
#[must_use]
pub fn sqs_event(messages: impl IntoIterator<Item = SqsMessage>) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = messages.into_iter().collect();
    event
}
