//! What people were told about a callback.

use std::time::Duration;

use callback_bridge::Backoff;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{State, Status};
use crate::Request;

/// How long after a failed notice it is tried again: at first soon, then every hour until the deadline.
pub(super) const AGAIN: Backoff = Backoff::new(Duration::from_mins(1), Duration::from_hours(1));

/// What one of those who are asked was told so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// How many notices have gone out, or would have come too late: the first asks, later ones remind.
    pub sent: u8,
    /// How often the next one has failed.
    pub failures: u32,
    /// When the next one is tried; nothing where there is none.
    pub next_at: Option<Timestamp>,
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
        Self { sent: 0, failures: 0, next_at: Some(now), problem: None }
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
            let mut sent = notice.sent.saturating_add(1);
            let mut next_at = request.reminder_at(usize::from(sent - 1));
            while next_at.is_some_and(|at| at <= now) {
                sent = sent.saturating_add(1);
                next_at = request.reminder_at(usize::from(sent - 1));
            }
            *notice = Notice { sent, failures: 0, next_at, problem: None };
        })
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
