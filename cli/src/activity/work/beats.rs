//! The heartbeats of one task.

use std::{future, time::Duration};

use callback_bridge::{Disposition, Refusal, TaskCallbacks, TaskHandle, TaskToken};
use tokio::time::{Instant, sleep_until};

use crate::{activity::report::Report, answering::NotTaken};

/// When the next heartbeat of a task is due, and how it is sent. None may be dropped while it is under way: it may reach Step
/// Functions after the answer.
pub(super) struct Beats<'a, C> {
    pub(super) callbacks: &'a C,
    pub(super) report: &'a Report,
    pub(super) token: &'a TaskToken,
    every: Option<Duration>,
    due: Instant,
}

impl<'a, C: TaskCallbacks> Beats<'a, C> {
    /// Of a task that was taken now. Without `every`, none is ever due.
    pub(super) fn new(callbacks: &'a C, report: &'a Report, token: &'a TaskToken, every: Option<Duration>) -> Self {
        Self { callbacks, report, token, every, due: Instant::now() + every.unwrap_or_default() }
    }

    /// Until the next one is due.
    pub(super) async fn due(&self) {
        match self.every {
            Some(_) => sleep_until(self.due).await,
            None => future::pending().await,
        }
    }

    /// Sends one. `unheard_before`: an answer was given whose reply was lost.
    ///
    /// # Errors
    /// When nobody waits for an answer any more. Whatever else is wrong is reported.
    pub(super) async fn beat(&mut self, unheard_before: bool) -> Result<(), NotTaken> {
        let reply = self.callbacks.heartbeat(TaskHandle { token: self.token, execution: None }).await;
        self.due = Instant::now() + self.every.unwrap_or_default();
        let disposition = Disposition::of(&reply, unheard_before);
        let Err(refusal) = reply else { return Ok(()) };
        match disposition {
            Disposition::Closed | Disposition::Unknown | Disposition::BadToken => Err(gone(disposition, refusal)),
            Disposition::Settled | Disposition::Retry | Disposition::Rejected | Disposition::Denied => {
                self.report.not_beaten(&self.token.attempt_id(), &refusal);
                Ok(())
            }
        }
    }
}

fn gone(disposition: Disposition, refusal: Refusal) -> NotTaken {
    NotTaken { disposition, refusal, tries: 1 }
}
