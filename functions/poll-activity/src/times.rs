//! How the time of an invocation is divided.

use std::time::Duration;

use callback_bridge::LONGEST_POLL;
use tokio::time::Instant;

/// What is kept for a task that the last poll brings, so that it is sent or failed.
const HANDING_OVER: Duration = Duration::from_secs(15);
/// How much of that is kept to fail a task that the queue has not taken.
const FAILING: Duration = Duration::from_secs(7);
/// How much of that is kept for the response.
const RESPONDING: Duration = Duration::from_secs(1);

/// By when what must be done, so that no poll is open, and no task in hand, when Lambda ends the invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    /// No poll begins later.
    pub(crate) last_poll: Instant,
    /// What the queue has not taken by then is failed.
    pub(crate) send: Instant,
    /// What Step Functions has not taken by then is lost.
    pub(crate) fail: Instant,
}

impl Times {
    /// Of an invocation that ends then; nothing if there is no time for a single poll.
    pub(crate) fn of(now: Instant, ends: Instant) -> Option<Self> {
        let last_poll = ends.checked_sub(LONGEST_POLL + HANDING_OVER).filter(|last| *last >= now)?;
        Some(Self { last_poll, send: ends - FAILING, fail: ends - RESPONDING })
    }

    /// Those of a task that is given out now and misses its heartbeat after that time. What the queue takes in the second half of
    /// it, a worker could hardly begin in time.
    pub(crate) fn of_task(self, heartbeat: Option<Duration>) -> Self {
        let send = heartbeat.map_or(self.send, |heartbeat| self.send.min(Instant::now() + heartbeat / 2));
        Self { send, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_poll_can_come_to_its_end_and_its_task_be_handed_over() {
        let now = Instant::now();
        let of = |seconds: u64| {
            let times = Times::of(now, now + Duration::from_secs(seconds))?;
            Some([times.last_poll, times.send, times.fail].map(|time| (time - now).as_secs()))
        };
        assert_eq!(of(140), Some([55, 133, 139]));
        assert_eq!(of(85), Some([0, 78, 84]));
        assert_eq!(of(84), None);
    }
}
