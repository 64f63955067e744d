//! One delivery of one message within one invocation.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::event::sqs::SqsMessage;
use tokio::time::{Instant, timeout_at};

use super::{heartbeat::Beats, invocation::Batch};
use crate::{MessageOrigin, MessageQueue, ReceivedMessage, Undelivered};

const NO_REPLY: &str = "no reply in time";

#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery<'a> {
    pub(super) message: &'a SqsMessage,
    pub(super) batch: Batch,
    pub(super) began: Instant,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(message: &'a SqsMessage, batch: Batch) -> Self {
        Self { message, batch, began: Instant::now() }
    }

    pub(super) fn origin(&self) -> MessageOrigin {
        MessageOrigin {
            message_id: self.message.message_id.clone(),
            sent_at: self.sent_at().unwrap_or(self.batch.received_at),
            given_up_by: self.message.attributes.get("DeadLetterQueueSourceArn").cloned(),
            undelivered: self.undelivered(),
        }
    }

    fn undelivered(&self) -> Undelivered {
        let said = |name: &str| self.message.message_attributes.get(name)?.string_value.clone();
        Undelivered { rule: said("RULE_ARN"), error: said("ERROR_CODE"), reason: said("ERROR_MESSAGE") }
    }

    /// When to beat for a task.
    ///
    /// One whose state has `HeartbeatSeconds` gets a heartbeat every third of it, so that two may be lost, counted from when
    /// the message was sent, as the state counts. One that was delivered before gets a heartbeat in any case, before its
    /// work: it may have been answered already, and then nothing is paid for it again. One whose age is not known is taken for
    /// old.
    pub(super) fn beats(&self, heartbeat: Option<Duration>) -> Option<Beats> {
        let every = heartbeat.map(|heartbeat| heartbeat / 3);
        let due = every.map(|every| self.batch.began + every.saturating_sub(self.age().unwrap_or(Duration::MAX)));
        let first = if receive_count(self.message) > 1 { Some(self.began) } else { due };
        first.map(|first| Beats { first, every })
    }

    /// How long ago the message was sent, if that is known.
    pub(super) fn age(&self) -> Option<Duration> {
        Some(self.batch.received_at.duration_since(self.sent_at()?).unwrap_or_default())
    }

    fn sent_at(&self) -> Option<SystemTime> {
        let sent = self.message.attributes.get("SentTimestamp")?.parse().ok()?;
        UNIX_EPOCH.checked_add(Duration::from_millis(sent))
    }

    pub(super) fn elapsed_ms(&self) -> u64 {
        millis(self.began.elapsed())
    }

    /// Has the message come again after `wait`, or after a third of the state's heartbeat: nobody beats while it waits.
    pub(super) async fn retry_after(
        &self,
        queue: &impl MessageQueue,
        wait: Duration,
        heartbeat: Option<Duration>,
    ) -> Redelivery {
        self.redeliver(queue, heartbeat.map_or(wait, |heartbeat| wait.min(heartbeat / 3))).await
    }

    /// Has the message come again at once.
    pub(super) async fn give_back(&self, queue: &impl MessageQueue) -> Redelivery {
        self.redeliver(queue, Duration::ZERO).await
    }

    /// Sends a copy of the message to another queue; says what was in the way, if anything was.
    pub(super) async fn forward(&self, queue: &impl MessageQueue, to: &str, reason: &str) -> Result<(), String> {
        match timeout_at(self.batch.deadlines.redeliver, queue.forward(self.message, to, reason)).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_elapsed) => Err(NO_REPLY.to_owned()),
        }
    }

    async fn redeliver(&self, queue: &impl MessageQueue, wait: Duration) -> Redelivery {
        let Some(received) = self.received() else { return Redelivery::default() };
        match timeout_at(self.batch.deadlines.redeliver, queue.redeliver_after(&received, wait)).await {
            Ok(Ok(())) => Redelivery { wait_ms: Some(millis(wait)), queue_error: None },
            Ok(Err(error)) => Redelivery { wait_ms: None, queue_error: Some(error.to_string()) },
            Err(_elapsed) => Redelivery { wait_ms: None, queue_error: Some(NO_REPLY.to_owned()) },
        }
    }

    /// What the queue knows this delivery by; nothing where the event did not come from a queue.
    fn received(&self) -> Option<ReceivedMessage> {
        Some(ReceivedMessage {
            queue_arn: self.message.event_source_arn.clone()?,
            receipt_handle: self.message.receipt_handle.clone()?,
        })
    }
}

/// How many times a message was delivered, this time included.
pub(super) fn receive_count(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// When a message comes again: after a wait of its own, or, where that could not be set, after the visibility timeout of
/// its queue.
#[derive(Debug, Default)]
pub(super) struct Redelivery {
    pub(super) wait_ms: Option<u64>,
    pub(super) queue_error: Option<String>,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
