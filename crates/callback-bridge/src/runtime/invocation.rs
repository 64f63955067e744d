//! The invocation that a batch or a message arrives with.

use std::time::SystemTime;

use tokio::time::Instant;

use super::deadlines::Deadlines;

/// When an invocation takes place. Whoever calls the runtime knows; the runtime asks no clock for the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invocation {
    /// When the event was received, to be compared with when its messages were sent.
    pub received_at: SystemTime,
    /// When Lambda ends the invocation.
    pub ends: Instant,
}

/// What all records of a batch share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    pub(super) deadlines: Deadlines,
    pub(super) received_at: SystemTime,
    /// The same moment on the clock that the runtime waits by.
    pub(super) began: Instant,
    pub(super) source: Source,
}

/// Where messages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A queue. It delivers again what is kept, and gives up what it has delivered too often.
    Queue,
    /// Whoever invoked the function with the message itself. Who is told what is wrong, and decides what comes of it.
    Caller,
}

impl Batch {
    pub(super) fn arriving(invocation: Invocation, source: Source) -> Self {
        let began = Instant::now();
        let deadlines = Deadlines::of(began, invocation.ends);
        Self { deadlines, received_at: invocation.received_at, began, source }
    }
}
