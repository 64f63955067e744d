//! From an SQS event to its batch response.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{FutureExt, future::join_all};
use tokio::time::Instant;
use tracing::error;

use super::{RuntimeSettings, deadlines::Deadlines, lanes::lanes, record::Verdict};
use crate::{MessageQueue, TaskCallbacks, Worker};

/// Runs a [`Worker`] on the messages of a queue.
#[derive(Debug)]
pub struct WorkerRuntime<W, C, Q> {
    pub(super) worker: W,
    pub(super) callbacks: C,
    pub(super) queue: Q,
    pub(super) settings: RuntimeSettings,
}

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    /// A runtime for `worker` that answers through `callbacks` and returns messages to `queue`.
    pub const fn new(worker: W, callbacks: C, queue: Q, settings: RuntimeSettings) -> Self {
        Self { worker, callbacks, queue, settings }
    }

    /// Handles one batch, all of its records at once, before `invocation_ends`, and says which messages to keep.
    ///
    /// A message is left out of the response, and thereby deleted, only after its task was answered or can never be
    /// answered differently.
    ///
    /// # Errors
    /// Only when a message to keep has no id: it cannot be named in the response, so the whole batch must fail. What was
    /// answered already is found closed at the next delivery.
    pub async fn handle(&self, event: SqsEvent, invocation_ends: Instant) -> Result<SqsBatchResponse, Unreturnable> {
        let deadlines = Deadlines::of(Instant::now(), invocation_ends);
        let lanes = lanes(event.records);
        let kept = join_all(lanes.iter().map(|lane| self.lane(lane, deadlines))).await;
        let mut response = SqsBatchResponse::default();
        for message in kept.into_iter().flatten() {
            response.add_failure(message.message_id.as_deref().filter(|id| !id.is_empty()).ok_or(Unreturnable)?);
        }
        Ok(response)
    }

    /// The messages of a lane to keep: from the first that has to come again, so that they stay in order.
    async fn lane<'a>(&self, lane: &'a [SqsMessage], deadlines: Deadlines) -> &'a [SqsMessage] {
        for (position, message) in lane.iter().enumerate() {
            let verdict = AssertUnwindSafe(self.record(message, deadlines)).catch_unwind().await;
            let verdict = verdict.unwrap_or_else(|_panic| {
                error!(message.id = message.message_id, "the runtime panicked over a message, which is kept");
                Verdict::Keep
            });
            match verdict {
                Verdict::Acknowledge => {}
                Verdict::Keep => return &lane[position..],
            }
        }
        &[]
    }
}

/// A message that has to be kept has no id, so that the batch response cannot name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message that must be kept has no messageId, so the whole batch is kept")]
pub struct Unreturnable;
