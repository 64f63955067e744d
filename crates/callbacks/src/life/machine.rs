//! Answers of machines.

use callback_bridge::InvalidField;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NotTaken, Outcome, State, Status, Taken};
use crate::{Request, urls::TransactionId};

/// How another system says that a task has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum MachineAnswer {
    /// It is done.
    Success {
        /// The output of the task.
        output: Value,
    },
    /// It failed.
    Failure {
        /// The name that a `Catch` matches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// What happened, for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<String>,
    },
}

impl MachineAnswer {
    /// A failure.
    ///
    /// # Errors
    /// When its name is one of those that Step Functions or the bridge give: what is caught by them would be mistaken.
    pub fn failure(error: Option<String>, cause: Option<String>) -> Result<Self, InvalidField> {
        error.as_deref().map_or(Ok(()), Self::not_reserved)?;
        Ok(Self::Failure { error: error.filter(|name| !name.is_empty()), cause })
    }

    /// Whether an error is none of those names.
    pub(crate) fn not_reserved(error: &str) -> Result<(), InvalidField> {
        if ["States.", "Bridge."].iter().any(|prefix| error.starts_with(prefix)) {
            let problem = "may not begin with \"States.\" or \"Bridge.\", which have a meaning of their own".to_owned();
            return Err(InvalidField { path: "error".to_owned(), problem });
        }
        Ok(())
    }
}

/// How an answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// In the response to the call.
    Response,
    /// By the link.
    Link,
    /// As a signed event.
    Event {
        /// Who sent it.
        sender: String,
        /// Its `webhook-id`.
        id: String,
    },
    /// By the URL of an action.
    #[serde(rename_all = "camelCase")]
    Url {
        /// The call that created it.
        transaction_id: TransactionId,
        /// The name of the action, and behind a dot that of the outcome of a post action.
        outcome: String,
    },
}

impl State {
    /// Takes the answer of a machine; `decision_id` is the name of the decision that it makes.
    ///
    /// # Errors
    /// When it is not taken, and why: see [`NotTaken`].
    pub fn hear(
        &self,
        request: &Request,
        answer: &MachineAnswer,
        source: &Source,
        decision_id: &str,
        now: Timestamp,
    ) -> Result<Taken, NotTaken> {
        if request.approval().is_some() {
            return Err(NotTaken::Unknown);
        }
        match &self.status {
            Status::Pending if now >= self.deadline_at(request) => Err(NotTaken::TooLate),
            Status::Pending => {
                let mut next = self.clone();
                next.decide(Outcome::Answered { answer: answer.clone(), source: source.clone() }, decision_id, now);
                Ok(Taken::New(Box::new(next)))
            }
            _ if self.has_taken(answer, source) => Ok(Taken::Before),
            Status::Decided(decision) | Status::Settled { decision: Some(decision), .. } => {
                Err(NotTaken::Decided(Box::new(decision.clone())))
            }
            Status::Settled { decision: None, .. } => Err(NotTaken::NobodyWaits),
        }
    }

    /// Whether it was this that has decided: the same answer, by whatever way, but not by an action of another name.
    #[must_use]
    pub fn has_taken(&self, answer: &MachineAnswer, source: &Source) -> bool {
        let Some(Outcome::Answered { answer: taken, source: by }) = self.decision().map(|decision| &decision.outcome)
        else {
            return false;
        };
        let another_action = match (by, source) {
            (Source::Url { outcome: taken, .. }, Source::Url { outcome, .. }) => taken != outcome,
            _ => false,
        };
        taken == answer && !another_action
    }

    /// Whether a machine may say that it is still at work.
    ///
    /// # Errors
    /// When it is too late for that.
    pub fn waits(&self, request: &Request, now: Timestamp) -> Result<(), NotTaken> {
        match &self.status {
            Status::Pending if now < self.deadline_at(request) => Ok(()),
            Status::Pending => Err(NotTaken::TooLate),
            Status::Decided(decision) | Status::Settled { decision: Some(decision), .. } => {
                Err(NotTaken::Decided(Box::new(decision.clone())))
            }
            Status::Settled { decision: None, .. } => Err(NotTaken::NobodyWaits),
        }
    }
}
