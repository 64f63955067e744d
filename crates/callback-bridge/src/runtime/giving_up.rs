//! Messages to which no answer can be given.

use std::fmt::Display;

use super::{WorkerRuntime, delivery::Delivery, record::Verdict};
use crate::{MessageQueue, TaskCallbacks, Worker};

/// What became of such a message.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub(super) verdict: Verdict,
    /// Where it goes.
    pub(super) to: &'static str,
    /// What the queue did not do for that.
    pub(super) queue_error: Option<String>,
}

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    /// Sends a message to the terminal queue, and deletes it only then. Where none is set, or it does not take the message,
    /// the message comes again at once: trying again will not help, so those who can look at it shall have it soon.
    pub(super) async fn give_up(&self, delivery: Delivery<'_>, reason: &impl Display) -> GivenUp {
        let mut queue_error = None;
        if let Some(queue_url) = &self.settings.terminal_queue_url {
            match delivery.forward(&self.queue, queue_url, &reason.to_string()).await {
                Ok(()) => return GivenUp { verdict: Verdict::Acknowledge, to: "terminal queue", queue_error },
                Err(error) => queue_error = Some(error),
            }
        }
        let again = delivery.give_back(&self.queue).await;
        GivenUp { verdict: Verdict::Keep, to: "dead-letter queue", queue_error: queue_error.or(again.queue_error) }
    }
}
