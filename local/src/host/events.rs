//! What the host tells about itself: to a narrator, and to tests that wait for something to happen.

use std::sync::Arc;
use std::time::Duration;

use super::FunctionError;

/// Something that happened to a function. It never holds a payload: payloads hold tokens.
#[derive(Clone, Debug)]
pub struct Event {
    /// The function's name in AWS.
    pub function: Arc<str>,
    /// The name of its binary, for people: `check-credit`.
    pub label: Arc<str>,
    /// What happened.
    pub what: EventKind,
}

/// What happened to a function.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A process was started for it and has asked for work.
    SandboxStarted {
        /// The process id.
        sandbox: u32,
        /// From the start to the first question for work.
        init: Duration,
    },
    /// A process of it has ended, for whatever reason.
    SandboxExited {
        /// The process id.
        sandbox: u32,
        /// How, such as `exit status: 1` or `signal: 9 (SIGKILL)`.
        status: String,
    },
    /// It was given an event.
    Invoked {
        /// The invocation.
        request_id: String,
    },
    /// The invocation is over, unless it timed out.
    Answered {
        /// The invocation.
        request_id: String,
        /// From being given the event to the answer.
        duration: Duration,
        /// Why there is none, if the function failed or its process ended.
        error: Option<FunctionError>,
    },
    /// The invocation took too long, and its process was killed.
    TimedOut {
        /// The invocation.
        request_id: String,
        /// The function's timeout.
        after: Duration,
    },
    /// An event source took messages from a queue and invokes the function with them.
    Delivered {
        /// The queue's name.
        queue: String,
        /// The messages, in the order of the batch.
        message_ids: Vec<String>,
    },
    /// An event source deleted messages from the queue, because the function has dealt with them.
    Deleted {
        /// The queue's name.
        queue: String,
        /// The messages.
        message_ids: Vec<String>,
    },
    /// An event source left messages to their visibility timeout.
    Returned {
        /// The queue's name.
        queue: String,
        /// The messages.
        message_ids: Vec<String>,
        /// Why.
        reason: String,
    },
    /// A schedule could not have it invoked.
    NotInvoked {
        /// The schedule's logical id.
        schedule: String,
        /// Why.
        reason: String,
    },
}
