#![doc = include_str!("../README.md")]

mod failed;
mod order;
mod report;

use std::time::Duration;

use callback_bridge::{Invocation, TaskCallbacks};
use callbacks::{CallbackStore, Clock, Desk, OrderError, Outside};
use serde_json::Value;
use tokio::time::Instant;
use tracing::{info, warn};

pub use failed::SweepFailed;
pub use order::Order;
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

    /// Does what an event [orders](Order).
    ///
    /// # Errors
    /// When a part of the table could not be swept, or the order could not be carried out; see [`SweepFailed`].
    pub async fn handle(&self, event: Value, invocation: Invocation) -> Result<Report, SweepFailed> {
        match Order::read(event)? {
            Order::Sweep => self.sweep(invocation).await,
            Order::List { filter, after, limit } => Ok(self.desk.list(&filter, after, limit).await?.into()),
            Order::Show { callback_id } => Ok(Report::shown(&self.desk.show(callback_id).await?)),
            Order::Resend { callback_id, by } => {
                info!(callback.id = %callback_id, order.by = by, "those who are asked are to be told again");
                Ok(self.desk.resend(callback_id).await?.into())
            }
            Order::Withdraw { callback_id, withdrawal } => {
                info!(callback.id = %callback_id, order.by = withdrawal.by, "a callback is to be withdrawn");
                let callback = self.desk.withdraw(callback_id, &withdrawal).await?;
                Ok(Report::ended(&callback.ok_or(OrderError::NoSuchCallback(callback_id))?))
            }
            Order::Settle { callback_id, by } => {
                info!(callback.id = %callback_id, order.by = by.as_deref(), "Step Functions is to be told at once");
                Ok(Report::ended(&self.desk.settle(callback_id).await?))
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
        Ok(swept.into())
    }
}
