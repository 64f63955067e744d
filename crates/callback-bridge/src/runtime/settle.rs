//! Telling Step Functions, until it has taken the answer or never will.

use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::debug;

use super::metrics;
use crate::{Answer, Backoff, Disposition, Refusal, TaskCallbacks, TaskHandle};

/// How an answer ended.
#[derive(Debug)]
pub struct Settlement {
    /// What the last reply means.
    pub disposition: Disposition,
    /// How many times Step Functions was asked.
    pub tries: u32,
    /// The last reply, when it was no acceptance.
    pub refusal: Option<Refusal>,
}

impl Settlement {
    /// Why the answer was not taken; empty when it was.
    pub(super) fn reason(&self) -> String {
        self.refusal.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

/// Sends `answer`, again and again while that may help, until `deadline`. Work that was paid for is not thrown away
/// because of one throttled call. Every reply is counted.
pub async fn settle(
    callbacks: &impl TaskCallbacks,
    task: TaskHandle<'_>,
    answer: &Answer,
    backoff: Backoff,
    deadline: Instant,
) -> Settlement {
    let mut unheard_before = false;
    let mut tries = 0;
    loop {
        tries += 1;
        let reply = timeout_at(deadline, callbacks.answer(task, answer)).await;
        let reply =
            reply.unwrap_or_else(|_| Err(Refusal::Unheard { reason: "the function's time ran out".to_owned() }));
        metrics::reply(&reply);
        let disposition = Disposition::of(&reply, unheard_before);
        let refusal = reply.err();
        unheard_before |= matches!(refusal, Some(Refusal::Unheard { .. }));
        let next = Instant::now() + backoff.random_wait(tries);
        match disposition {
            Disposition::Retry if next < deadline => {
                if let Some(refusal) = &refusal {
                    debug!(settle.tries = tries, error = %refusal, "an answer was not taken; trying again");
                }
                sleep_until(next).await;
            }
            _ => return Settlement { disposition, tries, refusal },
        }
    }
}
