//! What can be set about the runtime.

use std::{num::NonZeroU32, time::Duration};

use crate::Backoff;

/// How the runtime treats messages. The defaults suit the queues of the project's template.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RuntimeSettings {
    /// After how many deliveries a message is given up: the `maxReceiveCount` of the queue's redrive policy. On the last
    /// one the runtime answers the task itself, so that the dead-letter queue gets only what nobody could answer.
    /// Default: 5, the least that AWS recommends. A higher number than the queue's turns this off, so never set one.
    pub max_receives: NonZeroU32,
    /// Where the token stands in a message body, as a JSON Pointer, for messages that keep it in a place of their own.
    pub token_pointer: Option<String>,
    /// How long a message waits before it is delivered again. A task that wants heartbeats waits a third of its
    /// `HeartbeatSeconds` at most, because nobody beats meanwhile. Default: 2 seconds, doubled up to 60.
    pub redelivery: Backoff,
    /// How long the runtime waits before it tries again to answer Step Functions. Default: 100 milliseconds, doubled up
    /// to 2 seconds.
    pub settling: Backoff,
}

impl Default for RuntimeSettings {
    fn default() -> Self {
        Self {
            max_receives: const { NonZeroU32::new(5).expect("5 is not 0") },
            token_pointer: None,
            redelivery: Backoff::new(Duration::from_secs(2), Duration::from_mins(1)),
            settling: Backoff::new(Duration::from_millis(100), Duration::from_secs(2)),
        }
    }
}
