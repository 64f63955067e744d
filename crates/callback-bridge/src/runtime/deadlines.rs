//! How the time of one invocation is divided.

use std::time::Duration;

use tokio::time::Instant;

/// By when what must be done, so that the response is out before Lambda ends the invocation: a function that is killed
/// answers for no record of its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadlines {
    /// Work that is not done by then is dropped and tried again with the next delivery.
    pub(super) work: Instant,
    /// Answers that Step Functions has not taken by then are left to the next delivery.
    pub(super) settle: Instant,
    /// Messages whose own backoff is not set by then have that of their queue.
    pub(super) redeliver: Instant,
}

const MOST_FOR_SETTLING: Duration = Duration::from_secs(5);
const MOST_FOR_REDELIVERY: Duration = Duration::from_secs(1);
const MOST_FOR_RESPONDING: Duration = Duration::from_secs(1);

impl Deadlines {
    /// Of the time left, a tenth each (up to its most) is kept for the response, for redeliveries, and for answers.
    pub(super) fn of(now: Instant, invocation_ends: Instant) -> Self {
        let tenth = invocation_ends.saturating_duration_since(now) / 10;
        let redeliver = invocation_ends - tenth.min(MOST_FOR_RESPONDING);
        let settle = redeliver - tenth.min(MOST_FOR_REDELIVERY);
        Self { work: settle - tenth.min(MOST_FOR_SETTLING), settle, redeliver }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserves_are_a_tenth_each_up_to_their_most() {
        let now = Instant::now();
        let of = |seconds: u64| {
            let deadlines = Deadlines::of(now, now + Duration::from_secs(seconds));
            [deadlines.work, deadlines.settle, deadlines.redeliver].map(|deadline| (deadline - now).as_millis())
        };
        assert_eq!(of(3), [2100, 2400, 2700]);
        assert_eq!(of(30), [25_000, 28_000, 29_000]);
        assert_eq!(of(900), [893_000, 898_000, 899_000]);
        assert_eq!(of(0), [0, 0, 0]);
    }
}
