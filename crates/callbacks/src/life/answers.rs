//! Answers of people.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Decision, Outcome, State, Status, tally::tally};
use crate::{
    Request,
    approval::{Approval, CommentRule, same_person},
};

/// What somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Choice {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

/// An answer that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAnswer {
    /// Whose it is: the address that was asked, or who signed in.
    pub by: String,
    /// When it was given.
    pub at: Timestamp,
    /// What was chosen.
    pub choice: Choice,
    /// Why, if it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// An answer as it is given.
#[derive(Debug, Clone)]
pub struct GivenAnswer {
    /// Whose link it came by: the position among the approvers.
    pub approver: u8,
    /// Who signed in, where people have to.
    pub signed_in_as: Option<String>,
    /// What was chosen.
    pub choice: Choice,
    /// Why.
    pub comment: Option<String>,
    /// The [digest](Request::digest) of what was shown.
    pub shown: String,
}

/// What an answer did.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    /// It is new: this is the state to be written.
    New(Box<State>),
    /// The same person has given the same answer before.
    Before,
}

/// Why an answer was not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotTaken {
    /// The link is of nobody who was asked.
    #[error("nobody was asked by this link")]
    Unknown,
    /// Another question was shown than the one that is open.
    #[error("the page is out of date: open the link again and decide about what it shows then")]
    OutOfDate,
    /// There is no comment, and one is needed.
    #[error("please say why")]
    CommentMissing,
    /// The comment is too long.
    #[error("the comment has {chars} characters, more than {}", Approval::MOST_COMMENT)]
    CommentTooLong {
        /// How many characters it has.
        chars: usize,
    },
    /// Nobody approves what they requested themselves.
    #[error("nobody decides about what they requested themselves")]
    OwnRequest,
    /// They have answered by another link: somebody gave them theirs.
    #[error("you have answered by a link of your own before")]
    AnsweredByAnotherLink,
    /// They have answered otherwise before.
    #[error("you have answered otherwise before")]
    AnsweredOtherwise(PersonAnswer),
    /// It was decided before.
    #[error("it has been decided already")]
    Decided(Box<Decision>),
    /// The time is over.
    #[error("the time to decide is over")]
    TooLate,
    /// Nobody waits for it any more.
    #[error("nobody waits for this decision any more")]
    NobodyWaits,
}

impl State {
    /// Takes an answer; `decision_id` is the name of the decision that it may make.
    ///
    /// # Errors
    /// When it is not taken, and why: see [`NotTaken`].
    pub fn answer(
        &self,
        request: &Request,
        given: GivenAnswer,
        decision_id: &str,
        now: Timestamp,
    ) -> Result<Taken, NotTaken> {
        let approval = request.approval().ok_or(NotTaken::Unknown)?;
        let asked = approval.approvers.get(usize::from(given.approver)).ok_or(NotTaken::Unknown)?;
        let by = given.signed_in_as.clone().unwrap_or_else(|| asked.address.clone());
        let comment = comment(approval, &given)?;
        if let Some(before) = self.answers.get(&given.approver) {
            let same = before.choice == given.choice && before.comment == comment && same_person(&before.by, &by);
            return if same { Ok(Taken::Before) } else { Err(NotTaken::AnsweredOtherwise(before.clone())) };
        }
        match &self.status {
            Status::Pending => {}
            Status::Decided(decision) | Status::Settled { decision: Some(decision), .. } => {
                return Err(NotTaken::Decided(Box::new(decision.clone())));
            }
            Status::Settled { decision: None, .. } => return Err(NotTaken::NobodyWaits),
        }
        if now >= request.deadline_at {
            return Err(NotTaken::TooLate);
        }
        if given.shown != request.digest() {
            return Err(NotTaken::OutOfDate);
        }
        if approval.requested_by.as_deref().is_some_and(|requester| same_person(requester, &by)) {
            return Err(NotTaken::OwnRequest);
        }
        if self.answers.values().any(|answer| same_person(&answer.by, &by)) {
            return Err(NotTaken::AnsweredByAnotherLink);
        }
        let mut next = self.clone();
        next.answers.insert(given.approver, PersonAnswer { by, at: now, choice: given.choice, comment });
        match tally(approval, &next.answers) {
            Some(Choice::Approve) => next.decide(Outcome::Approved, decision_id, now),
            Some(Choice::Reject) => next.decide(Outcome::Rejected, decision_id, now),
            // Whoever has claimed it is left to it.
            None => next.due_at = next.next_due(request).max(self.due_at),
        }
        Ok(Taken::New(Box::new(next)))
    }
}

fn comment(approval: &Approval, given: &GivenAnswer) -> Result<Option<String>, NotTaken> {
    let comment = given.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
    let needed = match approval.comment {
        CommentRule::Optional => false,
        CommentRule::Required => true,
        CommentRule::RequiredOnReject => given.choice == Choice::Reject,
    };
    match comment {
        None if needed => Err(NotTaken::CommentMissing),
        None => Ok(None),
        Some(comment) => match comment.chars().count() {
            chars if chars > Approval::MOST_COMMENT => Err(NotTaken::CommentTooLong { chars }),
            _ => Ok(Some(comment.to_owned())),
        },
    }
}
