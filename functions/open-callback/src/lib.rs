#![doc = include_str!("../README.md")]

use callback_bridge::{InvalidField, Task, TaskCallbacks, TaskFailure, WorkError, Worker, names};
use callbacks::{Approval, Ask, CallbackStore, Clock, Desk, OpenError, Outside, Waiting, Webhook};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Parks each task at a desk.
#[derive(Debug)]
pub struct OpenCallback<S, C, O, K> {
    desk: Desk<S, C, O, K>,
}

impl<S, C, O, K> OpenCallback<S, C, O, K> {
    /// A worker that parks tasks at this desk.
    pub const fn new(desk: Desk<S, C, O, K>) -> Self {
        Self { desk }
    }
}

/// What stands beside the token. What is asked is checked field by field by [`Approval::read`] and [`Webhook::read`].
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// What people are asked.
    #[serde(default)]
    approval: Option<Value>,
    /// What another system is asked.
    #[serde(default)]
    webhook: Option<Value>,
}

impl Asked {
    fn ask(self) -> Result<Ask, InvalidField> {
        let wrong = |path: &str, problem: &str| InvalidField { path: path.to_owned(), problem: problem.to_owned() };
        match (self.approval, self.webhook) {
            (Some(approval), None) => Approval::read(approval).map(Ask::Approval),
            (None, Some(webhook)) => Webhook::read(webhook).map(Ask::Webhook),
            (None, None) => Err(wrong(
                "approval",
                "is missing: say beside the token what people are asked, or, by webhook, another system",
            )),
            (Some(_), Some(_)) => Err(wrong("webhook", "is there beside approval: a task waits for one of them")),
        }
    }
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Worker for OpenCallback<S, C, O, K> {
    type Input = Asked;
    type Output = ();
    /// A parked task is beaten for by the sweep.
    const BEATS: bool = false;
    const WHOLE_BODY: bool = true;
    const PARKS: bool = true;

    async fn work(&self, task: Task<Asked>) -> Result<(), WorkError> {
        let ask = task.input.ask().map_err(|field| invalid(&field))?;
        let waiting = Waiting {
            attempt: task.attempt_id,
            context: task.context,
            sent_at: Timestamp::try_from(task.origin.sent_at).map_err(WorkError::retry_later)?,
            heartbeat: task.heartbeat,
            timeout: task.timeout,
        };
        match self.desk.open(task.token, waiting, ask).await {
            Ok(_id) => Err(WorkError::parked()),
            Err(OpenError::Invalid(field)) => Err(invalid(&field)),
            Err(OpenError::Store(error)) => Err(error.into()),
        }
    }
}

fn invalid(field: &InvalidField) -> WorkError {
    TaskFailure::new(names::INVALID_INPUT, field).with("field", field.path.as_str()).into()
}
