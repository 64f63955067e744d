//! The life of a callback: pending, decided, settled. Everything here is a pure function of a state, what happened, and now.

mod answers;
mod calls;
mod decision;
mod duties;
mod late;
mod machine;
mod notices;
mod tally;
#[cfg(test)]
mod tests;
mod urls;

use std::{collections::BTreeMap, time::Duration};

use callback_bridge::{Disposition, TaskToken};
use jiff::Timestamp;

pub use answers::{Choice, GivenAnswer, NotTaken, PersonAnswer, Taken};
pub use decision::{Decision, Outcome, Withdrawal};
pub use duties::{Claim, Duty};
pub use late::{LateReason, Untold};
pub use machine::{MachineAnswer, Source};
pub use notices::{Notice, NoticeKind};

use crate::Request;

/// What has become of a callback so far. It changes by conditional writes only.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Where its life stands.
    pub status: Status,
    /// What answers the task; removed when the callback is settled.
    pub token: Option<TaskToken>,
    /// What people answered, by their position among the approvers.
    pub answers: BTreeMap<u8, PersonAnswer>,
    /// What people were told, by the same position; the only one of a machine is the first.
    pub notices: BTreeMap<u8, Notice>,
    /// When the next heartbeat is due.
    pub heartbeat_at: Option<Timestamp>,
    /// How often Step Functions was to be asked to take the decision; counted before it is asked.
    pub settle_tries: u32,
    /// Answers of machines that came too late to matter, and of which nobody was told yet.
    pub untold: Vec<Untold>,
    /// Until when one of its URLs can answer it; nothing where there is none that can.
    pub answerable_until: Option<Timestamp>,
    /// Whether Step Functions may have taken the decision already, by a try whose reply nobody heard.
    pub maybe_told: bool,
    /// When somebody has to look at it; nothing once it is settled and nobody has to be told of it.
    pub due_at: Option<Timestamp>,
    /// The generation of the links that are taken: raising it revokes those before.
    pub generation: u16,
    /// Counts the writes: each is made on the condition that nobody wrote in between.
    pub version: u64,
}

/// Where the life of a callback stands. It never goes back.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Nobody has decided.
    Pending,
    /// It is decided; Step Functions is to be told.
    Decided(Decision),
    /// Step Functions has replied for good.
    Settled {
        /// What was decided, if anything was before the task ended in another way.
        decision: Option<Decision>,
        /// What its reply meant.
        disposition: Disposition,
        /// When it replied.
        at: Timestamp,
    },
}

impl State {
    /// A callback that begins its life: everybody is to be told, and heartbeats begin.
    #[must_use]
    pub fn new(request: &Request, token: TaskToken, now: Timestamp) -> Self {
        let recipients = 0..u8::try_from(request.ask.recipients()).unwrap_or(u8::MAX);
        let mut state = Self {
            status: Status::Pending,
            token: Some(token),
            answers: BTreeMap::new(),
            notices: recipients.map(|recipient| (recipient, Notice::to_be_asked(now))).collect(),
            heartbeat_at: request
                .heartbeat
                .and_then(|every| request.began_at.checked_add(first_beat(request, every)).ok()),
            settle_tries: 0,
            untold: Vec::new(),
            answerable_until: None,
            maybe_told: false,
            due_at: None,
            generation: 0,
            version: 0,
        };
        state.due_at = state.next_due(request);
        state
    }

    /// What was decided, if anything was.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        match &self.status {
            Status::Pending => None,
            Status::Decided(decision) => Some(decision),
            Status::Settled { decision, .. } => decision.as_ref(),
        }
    }
}

/// Between a sixth and a third of the heartbeat after the task began, by its id: tasks that begin together, as those of a
/// Map state do, are not beaten for in the same minute.
fn first_beat(request: &Request, every: Duration) -> Duration {
    let sixth = every.as_secs() / 6;
    Duration::from_secs(sixth + sixth * u64::from(request.id.as_bytes()[1]) / 256)
}
