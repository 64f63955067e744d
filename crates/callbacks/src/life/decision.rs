//! Decisions: the one durable outcome of a callback.

use std::fmt::Display;

use callback_bridge::{Answer, InvalidField, TaskFailure, TaskOutput, names};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{MachineAnswer, Source, State, Status, calls::DESTINATION};
use crate::{Approval, Ask, OnReject, Request, Then, Webhook};

/// What was decided. A callback has one at most, and it never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its own name, by which a write that was tried again knows its own success.
    pub id: String,
    /// What it is.
    pub outcome: Outcome,
    /// When it was made.
    pub at: Timestamp,
}

/// How a callback was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Outcome {
    /// Enough people approved.
    Approved,
    /// Enough people rejected.
    Rejected,
    /// Another system answered.
    Answered {
        /// What it answered.
        answer: MachineAnswer,
        /// How the answer came.
        source: Source,
    },
    /// Another system will not take the call.
    Refused {
        /// Why, in words for people.
        reason: String,
    },
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
        (self.status == Status::Pending && now >= self.deadline_at(request)).then_some(next)
    }

    /// What Step Functions is told about a decision.
    #[must_use]
    pub fn answer_of(&self, request: &Request, decision: &Decision) -> Answer {
        match (&request.ask, &decision.outcome) {
            (_, Outcome::Withdrawn(Withdrawal { by, reason })) => {
                self.failure(request, names::WITHDRAWN, format!("withdrawn by {by}: {reason}"))
            }
            (Ask::Urls {}, Outcome::Answered { answer, .. }) => by_url(answer),
            (_, Outcome::Answered { answer, .. }) => self.answered(request, answer),
            (_, Outcome::Refused { reason }) => self.failure(request, names::WEBHOOK_REFUSED, reason.clone()),
            (_, Outcome::Approved) => self.success(request, decision, "approved"),
            (Ask::Approval(approval), Outcome::Rejected) => {
                self.rejected(request, approval, decision, "the request was rejected")
            }
            (Ask::Approval(approval), Outcome::Expired) => self.undecided(request, approval, decision),
            (Ask::Webhook(webhook), _) => self.unanswered(request, webhook),
            (Ask::Urls {}, _) => {
                let until = self.deadline_at(request);
                self.failure(request, names::EXPIRED, format!("nobody called one of its URLs until {until}"))
            }
        }
    }

    fn rejected(&self, request: &Request, approval: &Approval, decision: &Decision, how: &str) -> Answer {
        match approval.on_reject {
            OnReject::Succeed => self.success(request, decision, "rejected"),
            OnReject::Fail => self.failure(request, names::REJECTED, how),
        }
    }

    /// What it means that people have not decided in time.
    fn undecided(&self, request: &Request, approval: &Approval, decision: &Decision) -> Answer {
        // Silence is consent only of people who have heard of it.
        let asked = self.notices.values().any(|notice| notice.sent > 0);
        match approval.then {
            Then::Approve if asked => self.success(request, decision, "approved"),
            Then::Reject => {
                self.rejected(request, approval, decision, "nobody decided in time, which counts as a rejection")
            }
            Then::Approve | Then::Fail => {
                let why = if asked { "" } else { "; nobody could be asked" };
                self.failure(request, names::EXPIRED, format!("nobody decided until {}{why}", request.deadline_at))
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
        output_of(&output)
    }

    fn failure(&self, request: &Request, name: &str, message: impl Display) -> Answer {
        let failure = TaskFailure::new(name, message).with("callbackId", request.id.to_string());
        Answer::Failure(match request.ask {
            Ask::Approval(_) => failure.with("answers", json!(self.answers.values().collect::<Vec<_>>())),
            Ask::Webhook(_) | Ask::Urls {} => failure,
        })
    }

    fn answered(&self, request: &Request, answer: &MachineAnswer) -> Answer {
        match answer {
            MachineAnswer::Success { output } => output_of(output),
            MachineAnswer::Failure { error, cause } => {
                let error = error.as_deref().unwrap_or(names::WEBHOOK_FAILED);
                self.failure(request, error, cause.as_deref().unwrap_or("the destination gave no cause"))
            }
        }
    }

    /// What it means that a machine has not answered in time.
    fn unanswered(&self, request: &Request, webhook: &Webhook) -> Answer {
        let (destination, until) = (&webhook.destination, request.deadline_at);
        match self.notices.get(&DESTINATION) {
            Some(notice) if notice.sent == 0 => {
                let problem = notice.problem.as_deref().unwrap_or("it was not called");
                let message = format!("{destination} could not be reached until {until}: {problem}");
                self.failure(request, names::WEBHOOK_UNREACHABLE, message)
            }
            _ => self.failure(request, names::EXPIRED, format!("{destination} has not answered until {until}")),
        }
    }
}

/// Whoever created the URL has said what Step Functions is to be told.
fn by_url(answer: &MachineAnswer) -> Answer {
    match answer {
        MachineAnswer::Success { output } => output_of(output),
        MachineAnswer::Failure { error, cause } => {
            Answer::Failure(TaskFailure::verbatim(error.as_deref(), cause.as_deref()))
        }
    }
}

/// What people and machines can say is limited, so that it fits; if it does not after all, the task is failed.
fn output_of(output: &Value) -> Answer {
    match TaskOutput::of(output) {
        Ok(output) => Answer::Success(output),
        Err(error) => Answer::Failure(TaskFailure::new(names::OUTPUT_TOO_LARGE, error)),
    }
}
