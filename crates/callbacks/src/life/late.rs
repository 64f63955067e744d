//! Answers of machines that came too late to matter: somebody is told, so that they can make up for it.

use std::time::Duration;

use callback_bridge::Backoff;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{Decision, MachineAnswer, NotTaken, Outcome, Source, State, Status};

/// How long after nobody could be told it is tried again.
const TELL_AGAIN: Backoff = Backoff::new(Duration::from_secs(30), Duration::from_mins(15));
/// How many are kept beside what was decided, and how large each may be, in bytes of JSON: an item has 400 KB.
const MOST_UNTOLD: usize = 2;
const MOST_BYTES: usize = 64 * 1024;

/// An answer that came too late, and of which nobody was told yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Untold {
    /// What was answered; nothing where it is what was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<MachineAnswer>,
    /// How it came.
    pub source: Source,
    /// Why it does not matter.
    pub reason: LateReason,
    /// When it came.
    pub at: Timestamp,
    /// How often nobody could be told.
    pub failures: u32,
    /// When it is told next.
    pub next_at: Timestamp,
}

/// Why an answer does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum LateReason {
    /// The time was over.
    Expired,
    /// It was withdrawn.
    Withdrawn,
    /// Something else was answered before.
    AnsweredOtherwise,
    /// The call was refused before.
    CallRefused,
    /// The task had ended in another way.
    NobodyWaits,
    /// The task has ended, and whether by this answer is not known: a try to tell it may have been taken unheard.
    Unknown,
}

impl LateReason {
    /// Why an answer was not taken.
    #[must_use]
    pub const fn of(why: &NotTaken) -> Self {
        match why {
            NotTaken::TooLate => Self::Expired,
            NotTaken::Decided(decision) => match decision.outcome {
                Outcome::Expired => Self::Expired,
                Outcome::Withdrawn(_) => Self::Withdrawn,
                Outcome::Refused { .. } => Self::CallRefused,
                Outcome::Answered { .. } | Outcome::Approved | Outcome::Rejected => Self::AnsweredOtherwise,
            },
            NotTaken::NobodyWaits
            | NotTaken::Unknown
            | NotTaken::OutOfDate
            | NotTaken::CommentMissing
            | NotTaken::CommentTooLong { .. }
            | NotTaken::OwnRequest
            | NotTaken::AnsweredByAnotherLink
            | NotTaken::AnsweredOtherwise(_) => Self::NobodyWaits,
        }
    }
}

impl State {
    /// An answer was not taken, for this reason: somebody is to be told. Nothing where it is too much to be kept until then.
    #[must_use]
    pub fn came_late(
        &self,
        answer: &MachineAnswer,
        source: &Source,
        reason: LateReason,
        now: Timestamp,
    ) -> Option<Self> {
        let mut next = self.clone();
        let bytes = serde_json::to_vec(answer).map_or(usize::MAX, |json| json.len());
        let fits = bytes <= MOST_BYTES && next.untold.len() < MOST_UNTOLD;
        next.owe(Some(answer.clone()), source.clone(), reason, now);
        fits.then_some(next)
    }

    /// What was decided came too late.
    pub(super) fn decided_late(&mut self, decision: &Decision, reason: LateReason, now: Timestamp) {
        if let Outcome::Answered { source, .. } = &decision.outcome {
            self.owe(None, source.clone(), reason, now);
        }
    }

    fn owe(&mut self, answer: Option<MachineAnswer>, source: Source, reason: LateReason, at: Timestamp) {
        self.untold.push(Untold { answer, source, reason, at, failures: 0, next_at: at });
        if matches!(self.status, Status::Settled { .. }) {
            self.due_at = self.told_next();
        }
    }

    /// Somebody was told of the first that nobody was told of, or not.
    #[must_use]
    pub fn reported(&self, told: bool, now: Timestamp) -> Self {
        let mut next = self.clone();
        match next.untold.first_mut() {
            Some(_) if told => drop(next.untold.remove(0)),
            Some(untold) => {
                untold.failures = untold.failures.saturating_add(1);
                untold.next_at = now.checked_add(TELL_AGAIN.bound(untold.failures)).unwrap_or(now);
            }
            None => {}
        }
        if matches!(next.status, Status::Settled { .. }) {
            next.due_at = next.told_next();
        }
        next
    }

    /// What was answered, and nobody was told of.
    #[must_use]
    pub fn answer_untold<'a>(&'a self, untold: &'a Untold) -> Option<&'a MachineAnswer> {
        untold.answer.as_ref().or_else(|| match &self.decision()?.outcome {
            Outcome::Answered { answer, .. } => Some(answer),
            _ => None,
        })
    }

    /// When somebody is told next; they are told of one after the other.
    pub(super) fn told_next(&self) -> Option<Timestamp> {
        self.untold.first().map(|untold| untold.next_at)
    }
}
