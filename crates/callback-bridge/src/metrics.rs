//! What the worker runtime counts: metrics by the facade [`metrics`](https://docs.rs/metrics), as logs go by `tracing`.
//!
//! Whoever runs the runtime installs a recorder, as `callback-bridge-aws` does; without one nothing is counted. Names,
//! units and the values of dimensions are API, because alarms are made of them. None of them holds anything of a message:
//! no token, no id, no name of an execution.

use std::time::Duration;

use ::metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use strum::VariantNames;

use crate::{ActivityTask, Disposition, PollError, Refusal};

/// A metric of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What its values are in.
    pub unit: Unit,
    /// What it is about.
    pub meaning: &'static str,
    /// What it is divided by.
    pub dimension: Option<Dimension>,
}

/// What a metric is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: &'static str,
    /// All the values that there are.
    pub values: &'static [&'static str],
}

impl Metric {
    /// Counts one; `value` is that of the dimension.
    pub fn count(self, value: &'static str) {
        match self.dimension {
            Some(dimension) => counter!(self.name, dimension.name => value).increment(1),
            None => counter!(self.name).increment(1),
        }
    }

    /// Takes down how long something took, in whole seconds or milliseconds as its unit is: nobody wants more, and they are
    /// shorter to log.
    pub fn record(self, duration: Duration) {
        let per_second = if self.unit == Unit::Seconds { 1.0 } else { 1000.0 };
        histogram!(self.name).record((duration.as_secs_f64() * per_second).round());
    }
}

/// Replies of Step Functions to SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat, each try on its own.
pub const REPLIES: Metric = Metric {
    name: "Replies",
    unit: Unit::Count,
    meaning: "replies of Step Functions to answers and heartbeats, at every try",
    dimension: Some(Dimension { name: "Reply", values: Reply::VARIANTS }),
};

/// What became of the messages that a queue delivered; each delivery is counted once.
pub const DELIVERIES: Metric = Metric {
    name: "Deliveries",
    unit: Unit::Count,
    meaning: "deliveries of messages, by what became of them",
    dimension: Some(Dimension { name: "Outcome", values: Outcome::VARIANTS }),
};

/// How long ago a message was sent when it was delivered, redeliveries included.
pub const MESSAGE_AGE: Metric = Metric {
    name: "MessageAge",
    unit: Unit::Milliseconds,
    meaning: "how long ago a message was sent when it was delivered",
    dimension: None,
};

/// How long a worker worked on a task, whether it succeeded, failed, panicked or ran out of time.
pub const WORK_DURATION: Metric = Metric {
    name: "WorkDuration",
    unit: Unit::Milliseconds,
    meaning: "how long the worker worked on a task",
    dimension: None,
};

/// Every metric of the runtime.
pub const ALL: [Metric; 4] = [REPLIES, DELIVERIES, MESSAGE_AGE, WORK_DURATION];

/// What asking an activity for a task came to, each time.
pub const POLLS: Metric = Metric {
    name: "Polls",
    unit: Unit::Count,
    meaning: "replies of Step Functions to GetActivityTask, at every try",
    dimension: Some(Dimension { name: "Outcome", values: PollOutcome::VARIANTS }),
};

/// What became of the tasks that an activity gave out; each is counted once.
pub const ACTIVITY_TASKS: Metric = Metric {
    name: "ActivityTasks",
    unit: Unit::Count,
    meaning: "tasks of an activity, by what became of them",
    dimension: Some(Dimension { name: "Outcome", values: ForwardOutcome::VARIANTS }),
};

/// How often an activity was polled for as long as an invocation had time.
pub const POLL_ROUNDS: Metric = Metric {
    name: "PollRounds",
    unit: Unit::Count,
    meaning: "invocations that polled an activity until their time was up",
    dimension: None,
};

/// Every metric of whoever polls an activity, beside [`REPLIES`].
pub const OF_POLLS: [Metric; 3] = [POLLS, ACTIVITY_TASKS, POLL_ROUNDS];

/// Tells the recorder what there is to count, and in what. Called once, when a recorder has been installed.
pub fn describe(metrics: &[Metric]) {
    for &Metric { name, unit, meaning, .. } in metrics {
        match unit {
            Unit::Count => describe_counter!(name, unit, meaning),
            _ => describe_histogram!(name, unit, meaning),
        }
    }
}

/// What Step Functions replied to one try: the values of the dimension of [`REPLIES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum Reply {
    /// The call was taken.
    Accepted,
    /// [`Refusal::TaskTimedOut`].
    TaskTimedOut,
    /// [`Refusal::TaskDoesNotExist`].
    TaskDoesNotExist,
    /// [`Refusal::InvalidToken`].
    InvalidToken,
    /// [`Refusal::InvalidAnswer`].
    InvalidAnswer,
    /// [`Refusal::Throttled`].
    Throttled,
    /// [`Refusal::Denied`].
    Denied,
    /// [`Refusal::Unheard`].
    Unheard,
    /// [`Refusal::Unsent`].
    Unsent,
    /// [`Refusal::Unrecognised`].
    Unrecognised,
}

impl From<&Result<(), Refusal>> for Reply {
    fn from(reply: &Result<(), Refusal>) -> Self {
        match reply {
            Ok(()) => Self::Accepted,
            Err(Refusal::TaskTimedOut) => Self::TaskTimedOut,
            Err(Refusal::TaskDoesNotExist) => Self::TaskDoesNotExist,
            Err(Refusal::InvalidToken) => Self::InvalidToken,
            Err(Refusal::InvalidAnswer { .. }) => Self::InvalidAnswer,
            Err(Refusal::Throttled { .. }) => Self::Throttled,
            Err(Refusal::Denied { .. }) => Self::Denied,
            Err(Refusal::Unheard { .. }) => Self::Unheard,
            Err(Refusal::Unsent { .. }) => Self::Unsent,
            Err(Refusal::Unrecognised { .. }) => Self::Unrecognised,
        }
    }
}

impl Reply {
    /// Counts a reply as one of [`REPLIES`].
    pub fn count(reply: &Result<(), Refusal>) {
        REPLIES.count(Self::from(reply).into());
    }
}

/// What became of one delivery of a message: the values of the dimension of [`DELIVERIES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum Outcome {
    /// [`Disposition::Settled`]: its task was answered.
    Settled,
    /// [`Disposition::Closed`]: nobody waited for its answer any more; it came late, or twice.
    Closed,
    /// [`Disposition::Unknown`]: nobody waited any more, perhaps because of an earlier try whose reply was lost.
    Unknown,
    /// [`Disposition::Retry`]: Step Functions had not taken its answer when the function's time ran out.
    NotTaken,
    /// [`Disposition::Rejected`]: Step Functions refused its answer.
    Rejected,
    /// [`Disposition::BadToken`]: Step Functions does not know its token.
    BadToken,
    /// [`Disposition::Denied`]: the function may not answer its task.
    Denied,
    /// A heartbeat found that nobody waits any more, so its work was dropped, even if done, or not begun.
    Dropped,
    /// Its task is parked: somebody else answers it.
    Parked,
    /// Its work failed for now, and is tried again.
    RetryLater,
    /// It names no task.
    NoTask,
    /// No answer can be given, and the terminal queue did not take it.
    NotForwarded,
    /// It stood in its FIFO group behind one that has to come again.
    GivenBack,
    /// The runtime panicked over it.
    Panicked,
}

impl From<Disposition> for Outcome {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Settled => Self::Settled,
            Disposition::Closed => Self::Closed,
            Disposition::Unknown => Self::Unknown,
            Disposition::Retry => Self::NotTaken,
            Disposition::Rejected => Self::Rejected,
            Disposition::BadToken => Self::BadToken,
            Disposition::Denied => Self::Denied,
        }
    }
}

/// What asking an activity for a task came to: the values of the dimension of [`POLLS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum PollOutcome {
    /// A task.
    Task,
    /// None came within a minute.
    Empty,
    /// [`PollError::Throttled`].
    Throttled,
    /// [`PollError::Refused`].
    Refused,
    /// [`PollError::Unheard`].
    Unheard,
}

impl PollOutcome {
    /// Counts a reply as one of [`POLLS`].
    pub fn count(reply: &Result<Option<ActivityTask>, PollError>) {
        let outcome = match reply {
            Ok(Some(_)) => Self::Task,
            Ok(None) => Self::Empty,
            Err(PollError::Throttled { .. }) => Self::Throttled,
            Err(PollError::Refused { .. }) => Self::Refused,
            Err(PollError::Unheard { .. }) => Self::Unheard,
        };
        POLLS.count(outcome.into());
    }
}

/// What became of a task that an activity gave out: the values of the dimension of [`ACTIVITY_TASKS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum ForwardOutcome {
    /// The queue has it.
    Sent,
    /// It could not be sent, so it was failed, or nobody waited for it any more.
    Failed,
    /// It could neither be sent nor failed: its state waits for its heartbeat or its timeout.
    Lost,
}
