//! The invocation that a batch arrives with.

use std::time::SystemTime;

use tokio::time::Instant;

use super::deadlines::Deadlines;

/// When an invocation takes place. Whoever calls the runtime knows; the runtime asks no clock for the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invocation {
    /// When the batch was received, to be compared with when its messages were sent.
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
}
