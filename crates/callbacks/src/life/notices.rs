//! What people were told about a callback.

use std::time::Duration;

use callback_bridge::Backoff;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{NotTaken, State, Status};
use crate::Request;

/// How long after a failed notice it is tried again: at first soon, then every hour until the deadline.
pub(super) const AGAIN: Backoff = Backoff::new(Duration::from_mins(1), Duration::from_hours(1));

/// What one of those who are asked was told so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// How many notices have gone out: the first asks, later ones remind.
    pub sent: u8,
    /// How often the next one has failed.
    pub failures: u32,
    /// When the next one is tried; nothing where there is none.
    pub next_at: Option<Timestamp>,
    /// Until when a destination has asked not to be called again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Why a destination has not taken the last call, until it takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What a notice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// It asks.
    Ask,
    /// It reminds.
    Reminder,
}

impl Notice {
    pub(super) fn to_be_asked(now: Timestamp) -> Self {
        Self { sent: 0, failures: 0, next_at: Some(now), not_before: None, problem: None }
    }

    pub(super) fn kind(&self) -> NoticeKind {
        if self.sent == 0 { NoticeKind::Ask } else { NoticeKind::Reminder }
    }
}

impl State {
    /// A notice has gone out. Reminders whose time was over before it are not sent after it.
    #[must_use]
    pub fn notified(&self, request: &Request, approver: u8, now: Timestamp) -> Self {
        self.with_notice(request, approver, |notice| {
            let (sent, next_at) = (notice.sent.saturating_add(1), request.reminder_after(now));
            *notice = Notice { sent, failures: 0, next_at, not_before: None, problem: None };
        })
    }

    /// Those who have not answered are to be told again now, but for those who are being told, or were since this was `seen`.
    /// Nothing if that is all of them. A destination that has asked for time is called when that is over.
    ///
    /// # Errors
    /// When it is too late to answer, and why.
    pub fn tell_again(&self, request: &Request, seen: &Self, now: Timestamp) -> Result<Option<Self>, NotTaken> {
        self.waits(request, now)?;
        let mut next = self.clone();
        for (recipient, notice) in &mut next.notices {
            let told_since = seen.notices.get(recipient).is_none_or(|seen| seen.sent != notice.sent);
            let is_due = notice.next_at.is_some_and(|at| at <= now);
            if !told_since && !is_due && !self.answers.contains_key(recipient) {
                notice.next_at = Some(notice.not_before.map_or(now, |wanted| wanted.max(now)));
            }
        }
        // Whoever has claimed it is left to it, and finds out afterwards that there is more to do.
        if self.due_at == self.next_due(request) {
            next.due_at = next.next_due(request);
        }
        Ok(Some(next).filter(|next| next != self))
    }

    /// A notice could not be sent; it is tried again later, alone. `jitter`, from 0 to 1, keeps those that failed together apart.
    #[must_use]
    pub fn not_notified(&self, request: &Request, approver: u8, jitter: f64, now: Timestamp) -> Self {
        self.with_notice(request, approver, |notice| {
            notice.failures = notice.failures.saturating_add(1);
            notice.next_at = now.checked_add(AGAIN.wait(notice.failures, jitter)).ok();
        })
    }

    pub(super) fn with_notice(&self, request: &Request, approver: u8, change: impl FnOnce(&mut Notice)) -> Self {
        let mut next = self.clone();
        if let (Status::Pending, Some(notice)) = (&self.status, next.notices.get_mut(&approver)) {
            change(notice);
            next.due_at = next.next_due(request);
        }
        next
    }
}
