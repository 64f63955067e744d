//! What is to be done about a callback, and when.

use std::time::Duration;

use callback_bridge::{Answer, Backoff, Disposition};
use jiff::Timestamp;

use super::{LateReason, NoticeKind, State, Status, Untold};
use crate::{Ask, Request};

/// How long after an answer was not taken it is tried again.
const SETTLE_AGAIN: Backoff = Backoff::new(Duration::from_secs(15), Duration::from_mins(15));

/// Sweeps are a minute apart.
const HALF_A_SWEEP: Duration = Duration::from_secs(30);

/// One thing that is due.
#[derive(Debug, Clone, PartialEq)]
pub enum Duty {
    /// The time is over: the question is to be closed.
    Expire,
    /// Step Functions is to be told what was decided.
    Settle(Answer),
    /// The destination is to be called.
    Call,
    /// An approver is to be asked, or reminded.
    Notify {
        /// The position among the approvers.
        approver: u8,
        /// What for.
        kind: NoticeKind,
    },
    /// Step Functions is to be told that the task is still waited for.
    Beat,
    /// Somebody is to be told of the first answer that came too late.
    Report(Untold),
}

impl Duty {
    /// Whether nobody but Step Functions is asked for it.
    #[must_use]
    pub const fn is_internal(&self) -> bool {
        match self {
            Self::Expire | Self::Settle(_) | Self::Beat => true,
            Self::Call | Self::Notify { .. } | Self::Report(_) => false,
        }
    }
}

/// What is claimed for a while, so that nobody else takes it up meanwhile, and somebody does when the claimer dies.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The state to be written; it is due again when the lease ends.
    pub state: State,
    /// Whether Step Functions may have been told before by somebody who died.
    pub maybe_told: bool,
}

impl State {
    /// Claims what is due, for as long as `lease`. It is written on the condition that nobody else wrote in between.
    #[must_use]
    pub fn claim(&self, now: Timestamp, lease: Duration) -> Option<Claim> {
        self.due_at.filter(|due_at| *due_at <= now)?;
        let mut next = self.clone();
        next.due_at = now.checked_add(lease).ok();
        if matches!(self.status, Status::Decided(_)) {
            next.settle_tries = self.settle_tries.saturating_add(1);
            next.maybe_told = true; // unless we come back and say otherwise
        }
        Some(Claim { state: next, maybe_told: self.maybe_told })
    }

    /// What was decided is to be told now. Nothing if nothing is to be told, if that is due anyway, or if somebody may be telling
    /// it who has claimed it for as long as `lease`.
    #[must_use]
    pub fn tell_now(&self, lease: Duration, now: Timestamp) -> Option<Self> {
        let due_at = self.due_at.filter(|due_at| *due_at > now)?;
        // Who claims it leaves open whether it was told, until they come back.
        let maybe_claimed = self.maybe_told && now.checked_add(lease).is_ok_and(|lease_ends| due_at <= lease_ends);
        let to_be_told = matches!(self.status, Status::Decided(_)) && !maybe_claimed;
        to_be_told.then(|| Self { due_at: Some(now), ..self.clone() })
    }

    /// Whoever has claimed it until `lease_ends` is done. Where nothing of what they did says when it is due again, as when its
    /// deadline was put off meanwhile, it is due when it is due without them.
    #[must_use]
    pub fn released(self, request: &Request, lease_ends: Option<Timestamp>) -> Self {
        let due_at = if self.due_at == lease_ends { self.next_due(request) } else { self.due_at };
        Self { due_at, ..self }
    }

    /// What is due now, in the order in which it is to be done.
    #[must_use]
    pub fn duties(&self, request: &Request, now: Timestamp) -> Vec<Duty> {
        match &self.status {
            Status::Settled { .. } => {
                let due = self.untold.first().filter(|untold| untold.next_at <= now);
                due.cloned().map(Duty::Report).into_iter().collect()
            }
            Status::Decided(decision) => vec![Duty::Settle(self.answer_of(request, decision))],
            Status::Pending if now >= self.deadline_at(request) => vec![Duty::Expire],
            Status::Pending => {
                let beat = self.heartbeat_at.filter(|at| *at <= now).map(|_| Duty::Beat);
                let waiting = self.notices.iter().filter(|(approver, _)| !self.answers.contains_key(approver));
                let due = waiting.filter(|(_, notice)| notice.next_at.is_some_and(|at| at <= now));
                let notices = due.map(|(approver, notice)| match request.ask {
                    Ask::Approval(_) => Duty::Notify { approver: *approver, kind: notice.kind() },
                    Ask::Webhook(_) | Ask::Urls {} => Duty::Call,
                });
                beat.into_iter().chain(notices).collect()
            }
        }
    }

    /// When something is due next.
    pub(super) fn next_due(&self, request: &Request) -> Option<Timestamp> {
        match &self.status {
            Status::Settled { .. } => self.told_next(),
            Status::Decided(_) => self.due_at,
            Status::Pending => {
                let waiting = self.notices.iter().filter(|(approver, _)| !self.answers.contains_key(approver));
                let notices = waiting.filter_map(|(_, notice)| notice.next_at);
                notices.chain(self.heartbeat_at).chain([self.deadline_at(request)]).min()
            }
        }
    }

    /// Step Functions was told the decision; `maybe_taken` if it may have taken it although it did not say so.
    #[must_use]
    pub fn told(&self, disposition: Disposition, maybe_taken: bool, now: Timestamp) -> Self {
        let Status::Decided(decision) = &self.status else { return self.clone() };
        let mut next = self.clone();
        next.maybe_told = maybe_taken;
        match disposition {
            Disposition::Settled | Disposition::Closed | Disposition::Unknown | Disposition::BadToken => {
                match disposition {
                    Disposition::Closed | Disposition::BadToken => {
                        next.decided_late(decision, LateReason::NobodyWaits, now);
                    }
                    Disposition::Unknown => next.decided_late(decision, LateReason::Unknown, now),
                    _ => {}
                }
                next.settle(Some(decision.clone()), disposition, now);
            }
            Disposition::Retry | Disposition::Rejected | Disposition::Denied => {
                next.due_at = now.checked_add(SETTLE_AGAIN.bound(self.settle_tries)).ok();
            }
        }
        next
    }

    /// Step Functions has replied to a heartbeat. That nobody waits any more ends a callback only as long as nothing is decided.
    #[must_use]
    pub fn beaten(&self, request: &Request, disposition: Disposition, now: Timestamp) -> Self {
        let mut next = self.clone();
        match (&self.status, request.heartbeat, disposition) {
            (Status::Pending, _, Disposition::Closed | Disposition::Unknown | Disposition::BadToken) => {
                next.settle(None, disposition, now);
            }
            (Status::Pending, Some(every), Disposition::Settled) => {
                // The sweep that is nearest to a third: one that comes a moment before it would leave it to the next.
                next.heartbeat_at = now.checked_add((every / 3).saturating_sub(HALF_A_SWEEP)).ok();
                next.due_at = next.next_due(request);
            }
            (Status::Pending, Some(_), Disposition::Retry | Disposition::Rejected | Disposition::Denied) => {
                next.heartbeat_at = now.checked_add(HALF_A_SWEEP).ok(); // by the next sweep
                next.due_at = next.next_due(request);
            }
            (Status::Pending, None, _) | (Status::Decided(_) | Status::Settled { .. }, ..) => {}
        }
        next
    }

    fn settle(&mut self, decision: Option<super::Decision>, disposition: Disposition, now: Timestamp) {
        self.status = Status::Settled { decision, disposition, at: now };
        self.token = None;
        self.due_at = self.told_next();
        self.heartbeat_at = None;
    }
}
