#![doc = include_str!("../README.md")]

use callback_bridge::{Task, TaskFailure, WorkError, Worker, names};
use serde::de::IgnoredAny;

/// Fails every task, whatever its input is.
#[derive(Debug, Clone, Copy)]
pub struct FailDeadLetters;

const MESSAGE: &str = "no worker answered: each of them died over the message, or could not answer; see the logs of the \
                       queue's function";

impl Worker for FailDeadLetters {
    type Input = IgnoredAny;
    type Output = ();
    const BEATS: bool = false;

    async fn work(&self, task: Task<IgnoredAny>) -> Result<(), WorkError> {
        let queue = task.origin.given_up_by.as_deref().and_then(|arn| arn.rsplit(':').next());
        let failure = TaskFailure::new(names::DEAD_LETTERED, MESSAGE)
            .with("stage", queue)
            .with("receives", task.receive_count.saturating_sub(1)) // less this one
            .with("messageId", task.origin.message_id);
        Err(failure.into())
    }
}
