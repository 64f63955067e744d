//! Answers of machines that came too late to matter: somebody is told, so that they can make up for it.

use std::time::Duration;

use callback_bridge::Backoff;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{Decision, MachineAnswer, NotTaken, Outcome, Source, State, Status};

/// How long after nobody could be told it is tried again.
const TELL_AGAIN: Backoff = Backoff::new(Duration::from_secs(30), Duration::from_mins(15));
/// How many are kept beside what was decided, and how large each may be, in bytes of JSON: more than what a machine sends, and
/// all of it less than an item may have, which is 400 KB.
const MOST_UNTOLD: usize = 2;
const MOST_BYTES: usize = 80 * 1024;

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
    /// The task had ended in another way, or Step Functions does not know it.
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
    /// An answer was not taken, for this reason: somebody is to be told, and it is [kept](Self::keeps) until then, unless it is
    /// too much.
    #[must_use]
    pub fn came_late(&self, answer: &MachineAnswer, source: &Source, reason: LateReason, now: Timestamp) -> Self {
        let mut next = self.clone();
        let bytes = serde_json::to_vec(answer).map_or(usize::MAX, |json| json.len());
        if bytes <= MOST_BYTES && next.untold.len() < MOST_UNTOLD {
            next.owe(Some(answer.clone()), source.clone(), reason, now);
        }
        next
    }

    /// What was decided came too late.
    pub(super) fn decided_late(&mut self, decision: &Decision, reason: LateReason, now: Timestamp) {
        if let Outcome::Answered { source, .. } = &decision.outcome {
            self.owe(None, source.clone(), reason, now);
        }
    }

    fn owe(&mut self, answer: Option<MachineAnswer>, source: Source, reason: LateReason, at: Timestamp) {
        self.untold.push(Untold { answer, source, reason, at, failures: 0, next_at: at });
        // Whoever is telling of another is left to it.
        if matches!(self.status, Status::Settled { .. }) && self.untold.len() == 1 {
            self.due_at = self.told_next();
        }
    }

    /// Somebody was told of this one, or not.
    #[must_use]
    pub fn reported(&self, of: &Untold, told: bool, now: Timestamp) -> Self {
        let mut next = self.clone();
        let same = |untold: &Untold| (&untold.answer, &untold.source, untold.at) == (&of.answer, &of.source, of.at);
        if told {
            next.untold.retain(|untold| !same(untold));
        } else if let Some(untold) = next.untold.iter_mut().find(|untold| same(untold)) {
            untold.failures = untold.failures.saturating_add(1);
            untold.next_at = now.checked_add(TELL_AGAIN.bound(untold.failures)).unwrap_or(now);
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

    /// Whether it is kept until somebody was told of it.
    #[must_use]
    pub fn keeps(&self, answer: &MachineAnswer, source: &Source) -> bool {
        self.untold.iter().any(|untold| untold.answer.as_ref() == Some(answer) && untold.source == *source)
    }

    /// When somebody is told next; they are told of one after the other.
    pub(super) fn told_next(&self) -> Option<Timestamp> {
        self.untold.first().map(|untold| untold.next_at)
    }
}

#[cfg(test)]
mod tests {
    use callback_bridge::{Disposition, TaskContext, TaskToken};
    use serde_json::json;

    use super::*;
    use crate::{Ask, Request, Waiting, Webhook};

    fn at(second: i8) -> Timestamp {
        format!("2026-11-22T10:00:{second:02}Z").parse().unwrap()
    }

    /// A callback about which nobody has anything to do any more.
    fn settled() -> State {
        let token = TaskToken::new("t").unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: at(0),
            heartbeat: None,
            timeout: None,
        };
        let webhook = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
        let request = Request::new(waiting, Ask::Webhook(webhook)).unwrap();
        State::new(&request, token, at(0)).beaten(&request, Disposition::Closed, at(1))
    }

    fn paid(amount: u8) -> MachineAnswer {
        MachineAnswer::Success { output: json!(amount) }
    }

    /// Two who are told of late answers at once, each of one, and who do not know of each other.
    #[test]
    fn whoever_has_told_of_one_answer_has_told_of_no_other() {
        let one = settled().came_late(&paid(1), &Source::Link, LateReason::NobodyWaits, at(2));
        assert_eq!(one.due_at, Some(at(2)));
        let claimed = one.claim(at(3), Duration::from_secs(50)).unwrap().state;
        let both = claimed.came_late(&paid(2), &Source::Response, LateReason::NobodyWaits, at(4));
        assert_eq!(both.due_at, Some(at(53)), "whoever tells of the first is left to it");
        let first = both.untold[0].clone();
        let other = both.reported(&first, true, at(5));
        assert_eq!((other.untold.len(), other.due_at), (1, Some(at(4))));
        for told in [true, false] {
            assert_eq!(other.reported(&first, told, at(6)), other, "it is told of the first again");
        }
        let second = other.untold[0].clone();
        let failed = other.reported(&second, false, at(7));
        assert_eq!((failed.untold[0].failures, failed.due_at), (1, Some(at(37))));
        let told = failed.reported(&second, true, at(40));
        assert_eq!((told.untold.len(), told.due_at), (0, None));
    }
}
