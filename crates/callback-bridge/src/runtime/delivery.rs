//! One delivery of one message within one invocation.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::event::sqs::SqsMessage;
use tokio::time::{Instant, timeout_at};

use super::{deadlines::Deadlines, heartbeat::Beats, invocation::Batch};
use crate::{MessageOrigin, MessageQueue, ReceivedMessage};

#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery<'a> {
    pub(super) message: &'a SqsMessage,
    pub(super) deadlines: Deadlines,
    received_at: SystemTime,
    pub(super) began: Instant,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(message: &'a SqsMessage, batch: Batch) -> Self {
        Self { message, deadlines: batch.deadlines, received_at: batch.received_at, began: Instant::now() }
    }

    /// How many times the message was delivered, this time included.
    pub(super) fn receive_count(&self) -> u32 {
        let count = self.message.attributes.get("ApproximateReceiveCount");
        count.and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    pub(super) fn origin(&self) -> MessageOrigin {
        MessageOrigin {
            message_id: self.message.message_id.clone(),
            given_up_by: self.message.attributes.get("DeadLetterQueueSourceArn").cloned(),
        }
    }

    /// When to beat for a task whose state has `HeartbeatSeconds`: every third of it, so that two may be lost. The state
    /// counts from the time the message was sent, so one that has waited in its queue is beaten for at once, which also
    /// tells, before anything is paid for, whether somebody still waits.
    pub(super) fn beats(&self, heartbeat: Duration) -> Beats {
        let every = heartbeat / 3;
        let first = self.began + every.saturating_sub(self.age());
        Beats { first, every }
    }

    /// How long ago the message was sent. One whose age is not known is taken for old.
    fn age(&self) -> Duration {
        let sent = self.message.attributes.get("SentTimestamp").and_then(|millis| millis.parse().ok());
        let sent = sent.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
        sent.map_or(Duration::MAX, |sent| self.received_at.duration_since(sent).unwrap_or_default())
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

    /// Has the message come again at once: it was not tried, or trying again will not help, so that whoever watches the
    /// dead-letter queue shall have it soon.
    pub(super) async fn give_back(&self, queue: &impl MessageQueue) -> Redelivery {
        self.redeliver(queue, Duration::ZERO).await
    }

    async fn redeliver(&self, queue: &impl MessageQueue, wait: Duration) -> Redelivery {
        let Some(received) = self.received() else { return Redelivery::default() };
        match timeout_at(self.deadlines.redeliver, queue.redeliver_after(&received, wait)).await {
            Ok(Ok(())) => Redelivery { wait_ms: Some(millis(wait)), queue_error: None },
            Ok(Err(error)) => Redelivery { wait_ms: None, queue_error: Some(error.to_string()) },
            Err(_elapsed) => Redelivery { wait_ms: None, queue_error: Some("no reply in time".to_owned()) },
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
