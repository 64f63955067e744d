//! One delivery of one message within one invocation.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use tokio::time::{Instant, timeout_at};

use super::{deadlines::Deadlines, heartbeat::Beats};
use crate::{MessageQueue, ReceivedMessage};

#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery<'a> {
    pub(super) message: &'a SqsMessage,
    pub(super) deadlines: Deadlines,
    pub(super) began: Instant,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(message: &'a SqsMessage, deadlines: Deadlines) -> Self {
        Self { message, deadlines, began: Instant::now() }
    }

    /// How many times the message was delivered, this time included.
    pub(super) fn receive_count(&self) -> u32 {
        let count = self.message.attributes.get("ApproximateReceiveCount");
        count.and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    /// When to beat for a task whose state has `HeartbeatSeconds`: every third of it, so that two may be lost. A message
    /// that was delivered before has been silent meanwhile, so it is beaten for at once, which also tells, before
    /// anything is paid for, whether somebody still waits.
    pub(super) fn beats(&self, heartbeat: Duration) -> Beats {
        let every = heartbeat / 3;
        let first = if self.receive_count() > 1 { self.began } else { self.began + every };
        Beats { first, every }
    }

    pub(super) fn elapsed_ms(&self) -> u64 {
        millis(self.began.elapsed())
    }

    /// Has the message come again after `wait`.
    pub(super) async fn redeliver(&self, queue: &impl MessageQueue, wait: Duration) -> Redelivery {
        let Some(received) = self.received() else { return Redelivery::default() };
        match timeout_at(self.deadlines.settle, queue.redeliver_after(&received, wait)).await {
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
