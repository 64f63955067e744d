//! What one of those who were asked sees of a callback: no token, no link, no attempt.

use callback_bridge::Disposition;
use jiff::Timestamp;
use serde::Serialize;

use super::Problem;
use crate::{
    Approval, Approver, Callback, Choice, Decision, Outcome, PersonAnswer, Request, State, Status, Withdrawal,
};

#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) request: &'a Request,
    pub(super) approval: &'a Approval,
    state: &'a State,
    approver: u8,
    pub(super) now: Timestamp,
}

/// Where the question stands for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing<'a> {
    /// They can answer.
    Open,
    /// They have answered, and others have to.
    Waiting,
    /// Enough people have answered.
    Decided { choice: Choice, at: Timestamp, delivery: Delivery },
    /// The time is over, whether anybody has noticed yet or not.
    Expired { at: Timestamp },
    /// It was withdrawn.
    Withdrawn { by: &'a str, reason: &'a str, at: Timestamp },
    /// The task ended in another way.
    NobodyWaits { at: Timestamp },
}

/// Whether Step Functions knows what was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Delivery {
    /// It is being told.
    Pending,
    /// It was told.
    Delivered,
    /// It no longer wanted to know.
    TooLate,
    /// It cannot be told.
    Failed,
}

/// Somebody who was asked, and what they answered.
pub(super) struct Asked<'a> {
    pub(super) approver: &'a Approver,
    pub(super) answer: Option<&'a PersonAnswer>,
    pub(super) you: bool,
}

impl<'a> View<'a> {
    /// What the approver at this position sees; nothing if nobody is there.
    pub(super) fn new(callback: &'a Callback, approver: u8, now: Timestamp) -> Option<Self> {
        let approval = callback.request.approval()?;
        let view = Self { request: &callback.request, approval, state: &callback.state, approver, now };
        (usize::from(approver) < approval.approvers.len()).then_some(view)
    }

    pub(super) fn you(&self) -> &'a Approver {
        &self.approval.approvers[usize::from(self.approver)]
    }

    pub(super) fn your_answer(&self) -> Option<&'a PersonAnswer> {
        self.state.answers.get(&self.approver)
    }

    pub(super) fn asked(&self) -> impl Iterator<Item = Asked<'a>> {
        let (state, you) = (self.state, self.approver);
        (0..).zip(&self.approval.approvers).map(move |(at, approver)| Asked {
            approver,
            answer: state.answers.get(&at),
            you: at == you,
        })
    }

    pub(super) fn count(&self, choice: Choice) -> usize {
        self.state.answers.values().filter(|answer| answer.choice == choice).count()
    }

    pub(super) fn standing(&self) -> Standing<'a> {
        match &self.state.status {
            Status::Pending if self.now >= self.request.deadline_at => {
                Standing::Expired { at: self.request.deadline_at }
            }
            Status::Pending if self.your_answer().is_some() => Standing::Waiting,
            Status::Pending => Standing::Open,
            Status::Decided(decision) => decided(decision, Delivery::Pending),
            Status::Settled { decision: Some(decision), disposition, .. } => decided(decision, delivery(*disposition)),
            Status::Settled { decision: None, at, .. } => Standing::NobodyWaits { at: *at },
        }
    }
}

impl Standing<'_> {
    /// Why the question cannot be answered, unless by who has answered it.
    pub(super) const fn gone(&self) -> Option<Problem> {
        match self {
            Self::Open | Self::Waiting | Self::Decided { .. } => None,
            Self::Expired { .. } => Some(Problem::Expired),
            Self::Withdrawn { .. } => Some(Problem::Withdrawn),
            Self::NobodyWaits { .. } => Some(Problem::NobodyWaits),
        }
    }
}

fn decided(decision: &Decision, delivery: Delivery) -> Standing<'_> {
    let at = decision.at;
    match &decision.outcome {
        Outcome::Approved => Standing::Decided { choice: Choice::Approve, at, delivery },
        Outcome::Rejected => Standing::Decided { choice: Choice::Reject, at, delivery },
        Outcome::Expired => Standing::Expired { at },
        Outcome::Withdrawn(Withdrawal { by, reason }) => Standing::Withdrawn { by, reason, at },
        // Machines are not asked what people are.
        Outcome::Answered { .. } | Outcome::Refused { .. } => Standing::NobodyWaits { at },
    }
}

const fn delivery(disposition: Disposition) -> Delivery {
    match disposition {
        // An unheard try of ours is what most likely has ended it.
        Disposition::Settled | Disposition::Unknown => Delivery::Delivered,
        Disposition::Closed => Delivery::TooLate,
        Disposition::BadToken => Delivery::Failed,
        // None of these settles a callback.
        Disposition::Retry | Disposition::Rejected | Disposition::Denied => Delivery::Pending,
    }
}
