//! What the author of a worker writes.

use std::{
    error::Error,
    fmt,
    time::{Duration, SystemTime},
};

use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;

use crate::{AttemptId, BusinessKey, TaskContext, TaskFailure, TaskToken};

/// Code that answers a task itself, within one invocation.
///
/// The runtime does the rest: it reads the message, beats while the work goes on, answers Step Functions, and has a
/// message delivered again when the work should be tried again. The worker has no need of the token.
pub trait Worker: Send + Sync {
    /// What the task's input is read as. An input of another shape fails the task with `Bridge.InvalidInput`.
    type Input: DeserializeOwned + Send;
    /// What the task's output is written from.
    type Output: Serialize + Send;

    /// Whether heartbeats are sent for tasks of this worker. One that is always done at once needs none, and no grant for
    /// `states:SendTaskHeartbeat`.
    const BEATS: bool = true;
    /// Whether the input is the whole body of the message, without its token, whatever fields it has. For a worker that reads
    /// what stands beside the token, where the data of a user cannot be.
    const WHOLE_BODY: bool = false;
    /// Whether tasks of this worker may be parked, so that somebody else answers them. Then the runtime never answers one
    /// because its work failed too often: after its last delivery, the message goes the way of one that cannot be answered.
    const PARKS: bool = false;

    /// Does the work of one task.
    ///
    /// Work is done at least once: SQS may deliver a message twice, and an answer may get lost. Give
    /// [`Task::business_key`] to services that recognise repeated requests by a key.
    ///
    /// The future is dropped when nobody waits for the answer any more and when the function's time runs out, so it
    /// must not block: long computations belong in `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    /// Any error makes the runtime [try again later](WorkError::retry_later); a [`TaskFailure`] is final and fails the
    /// task. `?` and `.into()` turn both into a [`WorkError`].
    fn work(&self, task: Task<Self::Input>) -> impl Future<Output = Result<Self::Output, WorkError>> + Send;
}

/// One task, as a worker sees it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Task<I> {
    /// What the state machine gave to the task.
    pub input: I,
    /// Names this attempt of the task.
    pub attempt_id: AttemptId,
    /// Names the work across deliveries and attempts.
    pub business_key: BusinessKey,
    /// Where the task stands in its execution, as far as the message says.
    pub context: TaskContext,
    /// The state's `HeartbeatSeconds`, when the message repeats it, or the function knows it.
    pub heartbeat: Option<Duration>,
    /// The state's `TimeoutSeconds`, when the message repeats it.
    pub timeout: Option<Duration>,
    /// The message that the task came with.
    pub origin: MessageOrigin,
    /// How many times this message was delivered, this time included; 1 where the function was invoked with it.
    pub receive_count: u32,
    /// When the work is dropped, because the function's time runs out. What cannot be done by then need not be begun.
    pub deadline: Instant,
    /// What answers the task: for a worker that parks it, and to be kept from everybody else.
    pub token: TaskToken,
}

/// Where a task's message came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageOrigin {
    /// The id of the SQS message.
    pub message_id: Option<String>,
    /// When the message was sent; when it was received, where that is not known.
    pub sent_at: SystemTime,
    /// In a dead-letter queue: the ARN of the queue that gave the message up. Nothing where none did, because a topic or a rule
    /// could not deliver it.
    pub given_up_by: Option<String>,
    /// In a dead-letter queue: what EventBridge says of an event that it could not deliver.
    pub undelivered: Undelivered,
}

/// What EventBridge puts beside an event that it could not deliver. All of it is missing from every other message
/// ([dead-letter queues](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undelivered {
    /// The ARN of the rule.
    pub rule: Option<String>,
    /// What the target has refused it with, as in `NO_PERMISSIONS`.
    pub error: Option<String>,
    /// The same in words.
    pub reason: Option<String>,
}

/// How work ended without an output: to be tried again, unless it is a [`TaskFailure`], or the task is
/// [parked](WorkError::parked).
#[derive(Debug)]
pub struct WorkError(pub(crate) Kind);

#[derive(Debug)]
pub(crate) enum Kind {
    RetryLater(Box<dyn Error + Send + Sync>),
    Final(TaskFailure),
    Parked,
}

impl WorkError {
    /// The work shall be tried again with a later delivery of the message. After the last one (see
    /// [`RuntimeSettings::max_receives`](crate::RuntimeSettings::max_receives)) the task fails with
    /// `Bridge.RetriesExhausted` and this error as its cause. Where the function was invoked with the message itself, the
    /// invocation fails with `Bridge.RetryLater` each time.
    pub fn retry_later(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Kind::RetryLater(error.into()))
    }

    /// The task is durably parked: somebody else answers it, later. Its message is acknowledged. For workers that
    /// [park](Worker::PARKS).
    #[must_use]
    pub const fn parked() -> Self {
        Self(Kind::Parked)
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for WorkError {
    fn from(error: E) -> Self {
        Self::retry_later(error)
    }
}

impl From<TaskFailure> for WorkError {
    fn from(failure: TaskFailure) -> Self {
        Self(Kind::Final(failure))
    }
}

/// An error and what led to it, in one line.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn Error + 'a));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        std::iter::successors(self.0.source(), |error| (*error).source()).try_for_each(|error| write!(f, ": {error}"))
    }
}
