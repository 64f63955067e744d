//! What time it is.

use callbacks::Clock;
use jiff::Timestamp;

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the time of day is asked for at the edge, which is here")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
