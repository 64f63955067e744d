#![doc = include_str!("../README.md")]

mod order;
mod report;

use std::time::Duration;

use callback_bridge::{Invocation, TaskCallbacks};
use callbacks::{CallbackStore, Clock, Desk, Outside};
use serde_json::Value;
use tokio::time::Instant;
use tracing::{info, warn};

pub use order::{Order, SweepFailed};
pub use report::Report;

/// How long a sweep takes up what is due. The next one comes a minute after this one began.
const SWEEP: Duration = Duration::from_secs(45);
/// What is kept for the last callback that was taken up: the slowest, a mail, waits and is sent for twenty seconds, and there are
/// its answer and the writes around them.
const RESERVE: Duration = Duration::from_secs(35);

/// Looks after what is parked at a desk.
#[derive(Debug)]
pub struct SweepCallbacks<S, C, O, K> {
    desk: Desk<S, C, O, K>,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> SweepCallbacks<S, C, O, K> {
    /// Looks after this desk.
    pub const fn new(desk: Desk<S, C, O, K>) -> Self {
        Self { desk }
    }

    /// Does what an event orders: a [withdrawal](Order::Withdraw) if it says so, else a sweep.
    ///
    /// # Errors
    /// When a part of the table could not be swept, or the callback to withdraw is none; see [`SweepFailed`].
    pub async fn handle(&self, event: Value, invocation: Invocation) -> Result<Report, SweepFailed> {
        match Order::read(event)? {
            Order::Sweep => self.sweep(invocation).await,
            Order::Withdraw { callback_id, withdrawal } => {
                let callback = self.desk.withdraw(callback_id, &withdrawal).await?;
                let callback = callback.ok_or(SweepFailed::NoSuchCallback { callback_id })?;
                info!(callback.id = %callback_id, "a callback was to be withdrawn");
                Ok(Report::Callback(Box::new(callback)))
            }
        }
    }

    async fn sweep(&self, invocation: Invocation) -> Result<Report, SweepFailed> {
        let left = invocation.ends.saturating_duration_since(Instant::now()).saturating_sub(RESERVE);
        let now = self.desk.now();
        let until = now.checked_add(left.min(SWEEP)).unwrap_or(now);
        let swept = self.desk.sweep(until).await?;
        let (callbacks, duties, oldest_ms) = (swept.callbacks, swept.duties, swept.oldest.as_millis());
        if swept.unfinished {
            warn!(callbacks, duties, oldest_ms, "the sweep ran out of time; the next one goes on");
        } else if callbacks > 0 {
            info!(callbacks, duties, oldest_ms, "what was due is done");
        }
        Ok(Report::Swept(swept))
    }
}
