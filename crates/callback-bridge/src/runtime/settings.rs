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
    /// Invocations with the message itself are not counted: the state that invokes counts its own.
    pub max_receives: NonZeroU32,
    /// Where the token stands in a message body, as a JSON Pointer, for messages that keep it in a place of their own.
    pub token_pointer: Option<String>,
    /// The `HeartbeatSeconds` of the states that send to this queue, for messages that do not repeat it. Default: such
    /// messages want no heartbeats.
    pub heartbeat: Option<Duration>,
    /// The URL of the queue that gets messages to which no answer can be given: they name no task, or one that Step
    /// Functions does not know, or their task could not be answered in twice `max_receives` deliveries. For the function that
    /// reads dead-letter queues. Default: they go the way of the queue's redrive policy, one delivery after the other.
    pub terminal_queue_url: Option<String>,
    /// How long a message waits before it is delivered again. A task that wants heartbeats waits a third of its
    /// `HeartbeatSeconds` at most, because nobody beats meanwhile. Default: 15 seconds, doubled up to 90, so that five
    /// deliveries bridge an outage of one and a half to three and a quarter minutes.
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
            heartbeat: None,
            terminal_queue_url: None,
            redelivery: Backoff::new(Duration::from_secs(15), Duration::from_secs(90)),
            settling: Backoff::new(Duration::from_millis(100), Duration::from_secs(2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deliveries_of_a_message_bridge_an_outage_of_a_minute_and_a_half() {
        let settings = RuntimeSettings::default();
        let waits = 1..settings.max_receives.get();
        let least: Duration = waits.map(|receives| settings.redelivery.wait(receives, 0.0)).sum();
        assert!(least >= Duration::from_secs(90), "{least:?}");
    }
}
