#![doc = include_str!("../README.md")]

mod config;
mod forward;
mod times;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use callback_bridge::{
    ActivityTasks, Backoff, Invocation, PollError, TaskCallbacks, TaskQueue,
    metrics::{POLL_ROUNDS, PollOutcome},
};
use futures_util::future::join_all;
use lambda_runtime::Diagnostic;
use times::Times;
use tokio::time::{Instant, sleep};
use tracing::{error, warn};

pub use config::{Config, Settings};

/// How long it is waited before an activity is asked again that could not be asked.
const AGAIN: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10));
/// How often it is looked whether the queue takes messages again.
const LOOKING: Duration = Duration::from_secs(1);

/// Polls an activity, and forwards its tasks to a queue.
#[derive(Debug)]
pub struct PollActivity<A, Q, C> {
    activity: A,
    queue: Q,
    callbacks: C,
    settings: Settings,
    /// Whether the queue has not taken the last message that it was sent.
    queue_is_in_trouble: AtomicBool,
}

impl<A: ActivityTasks, Q: TaskQueue, C: TaskCallbacks> PollActivity<A, Q, C> {
    /// Forwards the tasks of this activity to this queue. Those that it does not take are failed by `callbacks`.
    pub const fn new(activity: A, queue: Q, callbacks: C, settings: Settings) -> Self {
        Self { activity, queue, callbacks, settings, queue_is_in_trouble: AtomicBool::new(false) }
    }

    /// Polls for as long as there is time to wait for a task and to hand it over. All polls have come to their end then: one
    /// that is dropped may lose a task.
    ///
    /// # Errors
    /// When Step Functions refuses to give tasks or replies to no poll, or there is no time for a single one; see
    /// [`PollFailed`].
    pub async fn handle(&self, invocation: Invocation) -> Result<(), PollFailed> {
        let times = Times::of(Instant::now(), invocation.ends).ok_or(PollFailed::TooShort)?;
        let polling = (0..self.settings.open_polls.get()).map(|number| self.poll(number == 0, times));
        let heard: Result<Vec<bool>, PollFailed> = join_all(polling).await.into_iter().collect();
        let ended = heard.and_then(|heard| if heard.contains(&true) { Ok(()) } else { Err(PollFailed::Unheard) });
        match &ended {
            Ok(()) => POLL_ROUNDS.count(""),
            Err(failed) => error!(error = %failed, "the activity is not polled"),
        }
        ended
    }

    /// One poll after the other. Returns whether there was a task, or the word that there is none.
    async fn poll(&self, is_first: bool, times: Times) -> Result<bool, PollFailed> {
        let (mut heard, mut tries) = (false, 0);
        while Instant::now() <= times.last_poll {
            // Tasks are safe in their activity: while the queue takes nothing, they are risked one by one.
            if !is_first && self.queue_is_in_trouble.load(Ordering::Relaxed) {
                sleep(LOOKING).await;
                continue;
            }
            let polled = self.activity.next().await;
            PollOutcome::count(&polled);
            heard |= polled.is_ok();
            match polled {
                Ok(None) => tries = 0,
                Ok(Some(task)) => {
                    tries = 0;
                    self.forward(task, times.of_task(self.settings.heartbeat)).await;
                }
                Err(refused @ PollError::Refused { .. }) => return Err(PollFailed::Refused(refused)),
                Err(later @ (PollError::Throttled { .. } | PollError::Unheard { .. })) => {
                    warn!(error = %later, "the activity could not be polled; it is polled again");
                    tries += 1;
                    sleep(AGAIN.random_wait(tries)).await;
                }
            }
        }
        Ok(heard)
    }
}

/// Why an activity was not polled until the time was up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PollFailed {
    /// Step Functions refuses to give tasks.
    #[error(transparent)]
    Refused(PollError),
    /// Step Functions replied to no poll, or with an error: whether there are tasks is not known.
    #[error(
        "no poll was replied to: check the way to Step Functions, and the activity's other pollers; the warnings before have the reasons"
    )]
    Unheard,
    /// The function has no time for a poll.
    #[error("a poll takes up to 70 seconds, and handing its task over up to 15: give the function a timeout of 140")]
    TooShort,
}

/// How whoever invoked the function is told.
impl From<PollFailed> for Diagnostic {
    fn from(failed: PollFailed) -> Self {
        let error_type = match failed {
            PollFailed::Refused(_) => "Bridge.ActivityRefused",
            PollFailed::Unheard => "Bridge.ActivityUnheard",
            PollFailed::TooShort => "Bridge.TimeoutTooShort",
        };
        Self { error_type: error_type.to_owned(), error_message: failed.to_string() }
    }
}
