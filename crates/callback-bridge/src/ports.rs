//! What the bridge needs of the outside, in its own words. Adapters are in `callback-bridge-aws`.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;

use crate::{Answer, Refusal, TaskToken};

/// Step Functions, as somebody who answers tasks sees it. One call is one try: whoever calls counts and repeats.
pub trait TaskCallbacks: Send + Sync {
    /// Answers a task: SendTaskSuccess or SendTaskFailure.
    fn answer(&self, task: TaskHandle<'_>, answer: &Answer) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Says that the task is still being worked on: SendTaskHeartbeat.
    fn heartbeat(&self, task: TaskHandle<'_>) -> impl Future<Output = Result<(), Refusal>> + Send;
}

/// Which task is meant, and where it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskHandle<'a> {
    /// What answers the task, and no other.
    pub token: &'a TaskToken,
    /// The ARN of the execution that waits, as far as the message says: it tells whose account the task is of. Nobody has
    /// checked it.
    pub execution: Option<&'a str>,
}

/// The queue that a message came from.
pub trait MessageQueue: Send + Sync {
    /// Has a message that was received delivered again after `delay` instead of after the queue's own visibility
    /// timeout: ChangeMessageVisibility.
    ///
    /// # Errors
    /// When the queue did not do it: the message then comes back after the queue's visibility timeout.
    fn redeliver_after(
        &self,
        message: &ReceivedMessage,
        delay: Duration,
    ) -> impl Future<Output = Result<(), QueueError>> + Send;

    /// Sends a copy of a message that was received, with its attributes and the reason, to another queue: SendMessage.
    ///
    /// # Errors
    /// When the other queue has not taken it, as far as is known.
    fn forward(
        &self,
        message: &SqsMessage,
        queue_url: &str,
        reason: &str,
    ) -> impl Future<Output = Result<(), QueueError>> + Send;
}

/// One delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// The ARN of the queue it came from.
    pub queue_arn: String,
    /// What stands for this delivery.
    pub receipt_handle: String,
}

/// Why a queue did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct QueueError(pub String);
