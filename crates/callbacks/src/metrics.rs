//! What is counted of callbacks, by the facade [`metrics`](https://docs.rs/metrics), as the worker runtime counts.
//!
//! None of it holds anything of a callback: no id, no address, no name of an execution.

use std::time::Duration;

use callback_bridge::{
    Disposition,
    metrics::{Dimension, Metric, Outcome as Delivered},
};
use metrics::Unit;
use strum::VariantNames;

use crate::{MachineAnswer, Outcome};

/// What happened to callbacks: one at each step of a life.
pub const CALLBACKS: Metric = Metric {
    name: "Callbacks",
    unit: Unit::Count,
    meaning: "steps in the lives of callbacks: they are opened, and decided",
    dimension: Some(Dimension { name: "Step", values: Step::VARIANTS }),
};

/// Tries to tell Step Functions a decision, by what its reply meant.
pub const SETTLEMENTS: Metric = Metric {
    name: "Settlements",
    unit: Unit::Count,
    meaning: "tries to tell Step Functions a decision, by what the reply meant",
    dimension: Some(Dimension { name: "Outcome", values: &DISPOSITIONS }),
};

/// The values of the dimension of [`SETTLEMENTS`], as deliveries to a worker have them.
const DISPOSITIONS: [&str; 7] = ["Settled", "Closed", "Unknown", "NotTaken", "Rejected", "BadToken", "Denied"];

/// How old a decision is that Step Functions has not taken, at every try.
pub const UNTOLD_AGE: Metric = Metric {
    name: "UntoldAge",
    unit: Unit::Seconds,
    meaning: "how old a decision is that Step Functions has not taken, at every try",
    dimension: None,
};

/// Tries to bring a notice to somebody.
pub const NOTICES: Metric = Metric {
    name: "Notices",
    unit: Unit::Count,
    meaning: "tries to bring a notice to an approver",
    dimension: Some(Dimension { name: "Outcome", values: Notified::VARIANTS }),
};

/// Calls to destinations.
pub const CALLS: Metric = Metric {
    name: "Calls",
    unit: Unit::Count,
    meaning: "calls to destinations, by what came of them",
    dimension: Some(Dimension { name: "Outcome", values: Called::VARIANTS }),
};

/// Answers of machines that came too late to matter.
pub const LATE_ANSWERS: Metric = Metric {
    name: "LateAnswers",
    unit: Unit::Count,
    meaning: "answers of machines that came too late to matter, by whether that could be told",
    dimension: Some(Dimension { name: "Outcome", values: Told::VARIANTS }),
};

/// Sweeps that came to their end.
pub const SWEEPS: Metric = Metric {
    name: "Sweeps",
    unit: Unit::Count,
    meaning: "passes over what is due, by how they ended",
    dimension: Some(Dimension { name: "Outcome", values: SweepEnd::VARIANTS }),
};

/// How long the callback that was due for the longest time had waited for a sweep; 0 where none was due.
pub const OLDEST_DUE: Metric = Metric {
    name: "OldestDue",
    unit: Unit::Seconds,
    meaning: "how long the longest due callback had waited for the sweep",
    dimension: None,
};

/// Requests by a link, and for URLs, by what came of them.
pub const PAGES: Metric = Metric {
    name: "Pages",
    unit: Unit::Count,
    meaning: "requests by a link, and for URLs, by what came of them",
    dimension: Some(Dimension { name: "Result", values: PageResult::VARIANTS }),
};

/// Every metric of callbacks.
pub const ALL: [Metric; 9] =
    [CALLBACKS, SETTLEMENTS, UNTOLD_AGE, NOTICES, CALLS, LATE_ANSWERS, SWEEPS, OLDEST_DUE, PAGES];

/// A step in the life of a callback: the values of the dimension of [`CALLBACKS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum Step {
    /// A task was parked.
    Opened,
    /// [`Outcome::Approved`].
    Approved,
    /// [`Outcome::Rejected`].
    Rejected,
    /// [`Outcome::Expired`].
    Expired,
    /// [`Outcome::Withdrawn`].
    Withdrawn,
    /// [`Outcome::Answered`] by a success.
    Succeeded,
    /// [`Outcome::Answered`] by a failure.
    Failed,
    /// [`Outcome::Refused`].
    Refused,
    /// A heartbeat found that nobody waits any more, before anything was decided.
    Abandoned,
}

impl From<&Outcome> for Step {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Approved => Self::Approved,
            Outcome::Rejected => Self::Rejected,
            Outcome::Expired => Self::Expired,
            Outcome::Withdrawn(_) => Self::Withdrawn,
            Outcome::Answered { answer: MachineAnswer::Success { .. }, .. } => Self::Succeeded,
            Outcome::Answered { answer: MachineAnswer::Failure { .. }, .. } => Self::Failed,
            Outcome::Refused { .. } => Self::Refused,
        }
    }
}

/// What became of a notice: the values of the dimension of [`NOTICES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum Notified {
    /// It has gone out.
    Sent,
    /// It has not; it is tried again.
    NotSent,
}

/// What became of a call: the values of the dimension of [`CALLS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum Called {
    /// The destination has taken it.
    Taken,
    /// It has not; it is called again.
    NotTaken,
    /// It never will, or may not be called: its task is failed.
    Refused,
}

/// Whether a late answer was told: the values of the dimension of [`LATE_ANSWERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum Told {
    /// It was.
    Told,
    /// It was not; whoever sent it is asked to send it again, or the sweep tells it again.
    NotTold,
}

/// How a sweep ended: the values of the dimension of [`SWEEPS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum SweepEnd {
    /// All that was due was done, or tried.
    Finished,
    /// Its time ran out before; the next one goes on.
    Unfinished,
    /// A part of the table could not be read.
    Failed,
}

/// What came of a request by a link, or for URLs: the values of the dimension of [`PAGES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum PageResult {
    /// A page was shown, an answer taken, or URLs created.
    Served,
    /// The link leads nowhere: somebody guesses, or a link is very old.
    UnknownLink,
    /// Something is not signed as its sender does: somebody guesses, or a secret was changed on one side alone.
    BadSignature,
    /// Something else was wrong with the request, or it came too late.
    Refused,
    /// The table was in trouble, or Step Functions has not taken a heartbeat, or nobody could be told of a late answer: it is to
    /// be sent again.
    Trouble,
}

impl PageResult {
    /// What a response with this HTTP status came to.
    #[must_use]
    pub const fn of(status: u16) -> Self {
        match status {
            0..=399 => Self::Served,
            401 => Self::BadSignature,
            404 => Self::UnknownLink,
            500.. => Self::Trouble,
            _ => Self::Refused,
        }
    }
}

pub(crate) fn step(step: impl Into<Step>) {
    CALLBACKS.count(step.into().into());
}

/// Step Functions was told a decision that is this old.
pub(crate) fn settlement(disposition: Disposition, age: Duration) {
    SETTLEMENTS.count(Delivered::from(disposition).into());
    if matches!(disposition, Disposition::Retry | Disposition::Rejected | Disposition::Denied) {
        UNTOLD_AGE.record(age);
    }
}

pub(crate) fn notice(notified: Notified) {
    NOTICES.count(notified.into());
}

pub(crate) fn call(called: Called) {
    CALLS.count(called.into());
}

pub(crate) fn late(told: Told) {
    LATE_ANSWERS.count(told.into());
}

pub(crate) fn sweep(end: SweepEnd) {
    SWEEPS.count(end.into());
}
