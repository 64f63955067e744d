//! Messages to which no answer can be given.

use std::fmt::Display;

use super::{
    WorkerRuntime,
    delivery::{Delivery, Redelivery, receive_count},
    invocation::Source,
    invoked::Unanswered,
    metrics::{self, Outcome},
    record::Verdict,
};
use crate::{MessageQueue, TaskCallbacks, Worker};

/// What became of such a message.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub(super) verdict: Verdict,
    /// Where it goes.
    pub(super) to: &'static str,
    /// How it comes again, and what a queue was asked for and did not do.
    pub(super) again: Redelivery,
}

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    /// Sends a message to the terminal queue, and deletes it only then. While that queue does not take it, it is tried again
    /// as late as can be, for nobody knows whether its own queue ever gives it up.
    ///
    /// Without a terminal queue it comes again at once: trying again will not help, so those who can look at it shall have
    /// it soon.
    ///
    /// One that the function was invoked with is nobody's but the caller's, who is told.
    ///
    /// It is counted as `because`, unless nobody took it.
    pub(super) async fn give_up(&self, delivery: Delivery<'_>, reason: &impl Display, because: Outcome) -> GivenUp {
        let reason = reason.to_string();
        if delivery.batch.source == Source::Caller {
            metrics::delivery(because);
            let verdict = Verdict::Keep(Unanswered::Invalid(reason));
            return GivenUp { verdict, to: "caller", again: Redelivery::default() };
        }
        let Some(queue_url) = &self.settings.terminal_queue_url else {
            metrics::delivery(because);
            let again = delivery.give_back(&self.queue).await;
            return GivenUp { verdict: Verdict::Keep(Unanswered::Invalid(reason)), to: "dead-letter queue", again };
        };
        match delivery.forward(&self.queue, queue_url, &reason).await {
            Ok(()) => {
                metrics::delivery(because);
                GivenUp { verdict: Verdict::Acknowledge, to: "terminal queue", again: Redelivery::default() }
            }
            Err(error) => {
                metrics::delivery(Outcome::NotForwarded);
                let again = delivery.retry_after(&self.queue, self.settings.redelivery.longest(), None).await;
                let queue_error = Some(error).or(again.queue_error);
                let verdict = Verdict::Keep(Unanswered::Invalid(reason));
                GivenUp { verdict, to: "this queue", again: Redelivery { queue_error, ..again } }
            }
        }
    }

    /// Whether a message was delivered so often that its task should have been answered twice over: by its worker, and then
    /// by whoever reads the dead-letter queue, where the count goes on. A FIFO queue could not give it up any further.
    pub(super) fn is_exhausted(&self, delivery: Delivery<'_>) -> bool {
        let most = self.settings.max_receives.get().saturating_mul(2);
        self.settings.terminal_queue_url.is_some() && receive_count(delivery.message) >= most
    }
}
