#![doc = include_str!("../README.md")]

use callback_bridge::{Task, TaskFailure, Undelivered, WorkError, Worker, names};
use callbacks::{CallbackId, CallbackStore};
use serde::de::IgnoredAny;

/// Fails every task, whatever its input is, but those that are parked: they are left to their decision.
#[derive(Debug, Clone, Copy)]
pub struct FailDeadLetters<S> {
    parked: S,
}

impl<S> FailDeadLetters<S> {
    /// A worker that looks into this table for what is parked.
    pub const fn new(parked: S) -> Self {
        Self { parked }
    }
}

const GIVEN_UP: &str = "no worker answered: each of them died over the message, or could not answer; see the logs of the \
                        queue's function";
const UNDELIVERED: &str = "no worker was asked: a topic or a rule could not deliver the message to its queue; see the policy \
                           of that queue";

impl<S: CallbackStore> Worker for FailDeadLetters<S> {
    type Input = IgnoredAny;
    type Output = ();
    const BEATS: bool = false;
    const PARKS: bool = true;

    async fn work(&self, task: Task<IgnoredAny>) -> Result<(), WorkError> {
        if self.parked.load(CallbackId::of(&task.attempt_id)).await?.is_some() {
            return Err(WorkError::parked());
        }
        let queue = task.origin.given_up_by.as_deref().and_then(|arn| arn.rsplit(':').next());
        let message = if queue.is_some() { GIVEN_UP } else { UNDELIVERED };
        let failure = TaskFailure::new(names::DEAD_LETTERED, message)
            .with("stage", queue)
            .with("receives", task.receive_count.saturating_sub(1)) // less this one
            .with("messageId", task.origin.message_id);
        Err(saying(failure, task.origin.undelivered).into())
    }
}

/// A failure that says why EventBridge could not deliver, where it was EventBridge.
fn saying(failure: TaskFailure, undelivered: Undelivered) -> TaskFailure {
    let Undelivered { rule, error, reason } = undelivered;
    let said = [("rule", rule), ("deliveryError", error), ("deliveryMessage", reason)];
    let said = said.into_iter().filter_map(|(name, value)| Some((name, value?)));
    said.fold(failure, |failure, (name, value)| failure.with(name, value))
}
