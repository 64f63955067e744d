//! From an SQS event to its batch response.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use tracing::warn;

use super::{
    WorkerRuntime,
    delivery::Delivery,
    invocation::{Batch, Invocation, Source},
    lanes::lanes,
    metrics,
    record::Verdict,
};
use crate::{MessageQueue, TaskCallbacks, Worker};

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    /// Handles one batch, all of its records at once, before the invocation ends, and says which messages to keep.
    ///
    /// A message is left out of the response, and thereby deleted, only after its task was answered, can never be answered
    /// differently, or is parked, or after the terminal queue has taken the message.
    ///
    /// # Errors
    /// Only when a message to keep has no id: it cannot be named in the response, so the whole batch must fail. What was
    /// answered already is found closed at the next delivery.
    pub async fn handle(&self, event: SqsEvent, invocation: Invocation) -> Result<SqsBatchResponse, Unreturnable> {
        let batch = Batch::arriving(invocation, Source::Queue);
        let lanes = lanes(event.records);
        let kept = join_all(lanes.iter().map(|lane| self.lane(lane, batch))).await;
        let mut response = SqsBatchResponse::default();
        for message in kept.into_iter().flatten() {
            response.add_failure(message.message_id.as_deref().filter(|id| !id.is_empty()).ok_or(Unreturnable)?);
        }
        Ok(response)
    }

    /// The messages of a lane to keep: from the first that has to come again, so that they stay in order. The others go on
    /// without one at its last delivery: its queue gives it up, or it is a dead letter, whose order means nothing any more.
    async fn lane<'a>(&self, lane: &'a [SqsMessage], batch: Batch) -> Vec<&'a SqsMessage> {
        let mut kept = Vec::new();
        for (position, message) in lane.iter().enumerate() {
            match self.record(message, batch).await {
                Verdict::Acknowledge => {}
                Verdict::Keep(_) if self.is_last_delivery(message) => kept.push(message),
                Verdict::Keep(_) => {
                    let behind = &lane[position + 1..];
                    join_all(behind.iter().map(|message| self.give_back(message, batch))).await;
                    kept.extend(&lane[position..]);
                    return kept;
                }
            }
        }
        kept
    }

    /// What stands behind a message that comes again must not stay hidden longer than that one.
    async fn give_back(&self, message: &SqsMessage, batch: Batch) {
        metrics::delivery(metrics::Outcome::GivenBack);
        if let Some(error) = Delivery::new(message, batch).give_back(&self.queue).await.queue_error {
            warn!(
                message.id = message.message_id,
                queue.error = error,
                "a message behind one that is kept stays hidden"
            );
        }
    }
}

/// A message that has to be kept has no id, so that the batch response cannot name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message that must be kept has no messageId, so the whole batch is kept")]
pub struct Unreturnable;
