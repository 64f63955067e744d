#![doc = include_str!("../README.md")]

use callback_bridge::{InvalidField, Task, TaskCallbacks, TaskFailure, WorkError, Worker, names};
use callbacks::{Approval, CallbackStore, Clock, Desk, Notifier, OpenError, Waiting};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Parks each task at a desk.
#[derive(Debug)]
pub struct OpenCallback<S, C, N, K> {
    desk: Desk<S, C, N, K>,
}

impl<S, C, N, K> OpenCallback<S, C, N, K> {
    /// A worker that parks tasks at this desk.
    pub const fn new(desk: Desk<S, C, N, K>) -> Self {
        Self { desk }
    }
}

/// What stands beside the token. What is asked is checked field by field by [`Approval::read`].
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// What people are asked.
    #[serde(default)]
    approval: Option<Value>,
}

impl<S: CallbackStore, C: TaskCallbacks, N: Notifier, K: Clock> Worker for OpenCallback<S, C, N, K> {
    type Input = Asked;
    type Output = ();
    /// A parked task is beaten for by the sweep.
    const BEATS: bool = false;
    const WHOLE_BODY: bool = true;
    const PARKS: bool = true;

    async fn work(&self, task: Task<Asked>) -> Result<(), WorkError> {
        let approval = task.input.approval.ok_or_else(|| {
            let problem = "is missing: say beside the token what people are asked".to_owned();
            InvalidField { path: "approval".to_owned(), problem }
        });
        let approval = approval.and_then(Approval::read).map_err(|field| invalid(&field))?;
        let waiting = Waiting {
            attempt: task.attempt_id,
            context: task.context,
            sent_at: Timestamp::try_from(task.origin.sent_at).map_err(WorkError::retry_later)?,
            heartbeat: task.heartbeat,
            timeout: task.timeout,
        };
        match self.desk.open(task.token, waiting, approval).await {
            Ok(_id) => Err(WorkError::parked()),
            Err(OpenError::Invalid(field)) => Err(invalid(&field)),
            Err(OpenError::Store(error)) => Err(error.into()),
        }
    }
}

fn invalid(field: &InvalidField) -> WorkError {
    TaskFailure::new(names::INVALID_INPUT, field).with("field", field.path.as_str()).into()
}
