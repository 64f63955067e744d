//! Calls to a machine: they are what it is told, and tried again as notices are.

use std::time::Duration;

use jiff::Timestamp;

use super::{Outcome, State, Status, notices::AGAIN};
use crate::{Ask, Request};

/// Who is called, where people would be counted.
pub(super) const DESTINATION: u8 = 0;

/// The longest text about what went wrong that is kept, in characters.
const MOST_PROBLEM: usize = 300;

impl State {
    /// The destination has taken the call.
    #[must_use]
    pub fn called(&self, request: &Request, now: Timestamp) -> Self {
        self.notified(request, DESTINATION, now)
    }

    /// The destination has not taken the call; it is called again, not before it has asked to be.
    #[must_use]
    pub fn not_called(
        &self,
        request: &Request,
        problem: &str,
        after: Option<Duration>,
        jitter: f64,
        now: Timestamp,
    ) -> Self {
        self.with_notice(request, DESTINATION, |notice| {
            let failures = notice.failures.saturating_add(1);
            let wait = AGAIN.wait(failures, jitter).max(after.unwrap_or_default());
            notice.problem = Some(problem.chars().take(MOST_PROBLEM).collect());
            notice.failures = failures;
            notice.not_before = after.and_then(|after| now.checked_add(after).ok());
            // Whoever asks for more than there is left is not called again.
            notice.next_at = now.checked_add(wait).ok();
        })
    }

    /// Whether the destination has taken the call: then it is not called again.
    pub(crate) fn is_called(&self, request: &Request) -> bool {
        matches!(request.ask, Ask::Webhook(_)) && self.notices.get(&DESTINATION).is_some_and(|call| call.sent > 0)
    }

    /// The destination never will take the call; nothing if it was decided or closed before.
    #[must_use]
    pub fn refused(&self, reason: &str, decision_id: &str, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        let reason = reason.chars().take(MOST_PROBLEM).collect();
        next.decide(Outcome::Refused { reason }, decision_id, now);
        (self.status == Status::Pending).then_some(next)
    }
}
