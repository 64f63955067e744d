//! Decisions: the one durable outcome of a callback.

use callback_bridge::{Answer, InvalidField, TaskFailure, TaskOutput, names};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{State, Status};
use crate::{
    Request,
    approval::{OnReject, Then},
};

/// What was decided. A callback has one at most, and it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its own name, by which a write that was tried again knows its own success.
    pub id: String,
    /// What it is.
    pub outcome: Outcome,
    /// When it was made.
    pub at: Timestamp,
}

/// How a callback was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Outcome {
    /// Enough people approved.
    Approved,
    /// Enough people rejected.
    Rejected,
    /// The time was over; what that means is said in the request.
    Expired,
    /// Whoever asked does not want to know any more.
    Withdrawn(Withdrawal),
}

/// A question that is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Who takes it back.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Withdrawal {
    /// The most characters that either may have.
    pub const MOST_CHARS: usize = 500;

    /// Checks both texts.
    ///
    /// # Errors
    /// When one is empty or too long; the error names it.
    pub fn checked(self) -> Result<Self, InvalidField> {
        for (path, text) in [("by", &self.by), ("reason", &self.reason)] {
            let chars = text.trim().chars().count();
            if !(1..=Self::MOST_CHARS).contains(&chars) {
                let problem = format!("must be a text of 1 to {} characters", Self::MOST_CHARS);
                return Err(InvalidField { path: path.to_owned(), problem });
            }
        }
        Ok(self)
    }
}

impl State {
    /// Records a decision, if there is none yet. Step Functions is to be told at once.
    pub(super) fn decide(&mut self, outcome: Outcome, id: &str, now: Timestamp) {
        if self.status == Status::Pending {
            self.status = Status::Decided(Decision { id: id.to_owned(), outcome, at: now });
            self.due_at = Some(now);
        }
    }

    /// Ends the question without an answer of the people who were asked; nothing if it was decided before, or if nobody waits.
    #[must_use]
    pub fn withdraw(&self, withdrawal: &Withdrawal, decision_id: &str, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        next.decide(Outcome::Withdrawn(withdrawal.clone()), decision_id, now);
        (self.status == Status::Pending).then_some(next)
    }

    /// Closes the question at its deadline; nothing before that, and nothing if it was decided or closed before.
    #[must_use]
    pub fn expire(&self, request: &Request, decision_id: &str, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        next.decide(Outcome::Expired, decision_id, now);
        (self.status == Status::Pending && now >= request.deadline_at).then_some(next)
    }

    /// What Step Functions is told about a decision.
    #[must_use]
    pub fn answer_of(&self, request: &Request, decision: &Decision) -> Answer {
        let success = |how: &str| self.success(request, decision, how);
        let failure = |name: &str, message: String| {
            let failure = TaskFailure::new(name, message).with("callbackId", request.id.to_string());
            Answer::Failure(failure.with("answers", json!(self.answers.values().collect::<Vec<_>>())))
        };
        // Silence is consent only of people who have heard of it.
        let asked = self.notices.values().any(|notice| notice.sent > 0);
        let then = match request.approval.then {
            Then::Approve if !asked => Then::Fail,
            then => then,
        };
        match (&decision.outcome, then, request.approval.on_reject) {
            (Outcome::Approved, ..) | (Outcome::Expired, Then::Approve, _) => success("approved"),
            (Outcome::Rejected, _, OnReject::Succeed) | (Outcome::Expired, Then::Reject, OnReject::Succeed) => {
                success("rejected")
            }
            (Outcome::Rejected, _, OnReject::Fail) => failure(names::REJECTED, "the request was rejected".to_owned()),
            (Outcome::Expired, Then::Reject, OnReject::Fail) => {
                failure(names::REJECTED, "nobody decided in time, which counts as a rejection".to_owned())
            }
            (Outcome::Expired, Then::Fail, _) => {
                let why = if asked { "" } else { "; nobody could be asked" };
                failure(names::EXPIRED, format!("nobody decided until {}{why}", request.deadline_at))
            }
            (Outcome::Withdrawn(Withdrawal { by, reason }), ..) => {
                failure(names::WITHDRAWN, format!("withdrawn by {by}: {reason}"))
            }
        }
    }

    fn success(&self, request: &Request, decision: &Decision, how: &str) -> Answer {
        let output = json!({
            "decision": how,
            "decidedAt": decision.at,
            "callbackId": request.id,
            "answers": self.answers.values().collect::<Vec<_>>(),
        });
        match TaskOutput::of(&output) {
            Ok(output) => Answer::Success(output),
            // What people can say is limited, so that this does not come to pass.
            Err(error) => Answer::Failure(TaskFailure::new(names::OUTPUT_TOO_LARGE, error)),
        }
    }
}
