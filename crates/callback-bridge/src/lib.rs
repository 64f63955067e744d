#![doc = include_str!("../README.md")]

mod activity;
mod answer;
mod attempt_id;
mod backoff;
mod business_key;
mod credentials;
mod disposition;
mod message;
pub mod metrics;
pub mod names;
mod ports;
mod runtime;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;
mod token;
mod worker;

pub use activity::{ActivityTask, ActivityTasks, LONGEST_POLL, NoMessage, PollError, SendError, TaskQueue};
pub use answer::{Answer, OutputError, TaskFailure, TaskOutput};
pub use attempt_id::AttemptId;
pub use backoff::Backoff;
pub use business_key::BusinessKey;
pub use credentials::{NO_CREDENTIALS, is_of_credentials};
pub use disposition::{Disposition, Refusal};
pub use message::{InvalidField, MessageError, TaskContext, TaskMessage, Unanswerable};
pub use ports::{MessageQueue, QueueError, ReceivedMessage, TaskCallbacks, TaskHandle};
pub use runtime::{Invocation, RuntimeSettings, Settlement, Unanswered, Unreturnable, WorkerRuntime, settle};
pub use token::{TaskToken, TokenError};
pub use worker::{MessageOrigin, Task, Undelivered, WorkError, Worker};
