//! One message that the function is invoked with, without a queue.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lambda_events::event::sqs::SqsMessage;
use serde_json::Value;

use super::{
    WorkerRuntime,
    invocation::{Batch, Invocation, Source},
    record::Verdict,
};
use crate::{MessageQueue, TaskCallbacks, Worker, names};

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    /// Handles the message that the function was invoked with itself, as by a state that calls
    /// `lambda:invoke.waitForTaskToken`, before the invocation ends.
    ///
    /// It is one message that was sent when it was received, and is delivered for the first time, whatever
    /// [`RuntimeSettings::max_receives`](super::RuntimeSettings::max_receives) says: whoever invoked counts, and no queue is
    /// asked for anything.
    ///
    /// # Errors
    /// When the task was not answered, and is not parked. Nobody delivers the message again, so whoever invoked has to know.
    pub async fn handle_one(&self, payload: &Value, invocation: Invocation) -> Result<(), Unanswered> {
        let message = sent_at(invocation.received_at, payload);
        // It is as large as the worker's, and shall not make that of every batch as large.
        let handled = Box::pin(self.record(&message, Batch::arriving(invocation, Source::Caller)));
        match handled.await {
            Verdict::Acknowledge => Ok(()),
            Verdict::Keep(unanswered) => Err(unanswered),
        }
    }
}

fn sent_at(time: SystemTime, body: &Value) -> SqsMessage {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut message = SqsMessage::default();
    message.body = Some(body.to_string());
    message.attributes.insert("SentTimestamp".to_owned(), since_1970.as_millis().to_string());
    message
}

/// Why the task of a message was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// Its work is to be tried again, or its answer was not taken; a later try may do better.
    #[error("{0}")]
    RetryLater(String),
    /// No answer can be given: the message names no task, or one that Step Functions does not know.
    #[error("{0}")]
    Invalid(String),
}

impl Unanswered {
    /// The error name by which the invocation fails, for a `Retry` or a `Catch` to match.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RetryLater(_) => names::RETRY_LATER,
            Self::Invalid(_) => names::INVALID_MESSAGE,
        }
    }
}
