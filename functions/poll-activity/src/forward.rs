//! From an activity to a queue: a task that was given out is sent, or failed.

use std::{sync::atomic::Ordering, time::Duration};

use callback_bridge::{
    ActivityTask, ActivityTasks, Answer, Backoff, Disposition, SendError, TaskCallbacks, TaskFailure, TaskHandle,
    TaskQueue, TaskToken,
    metrics::{ACTIVITY_TASKS, ForwardOutcome},
    names, settle,
};
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{debug, error, info, warn};

use crate::{PollActivity, times::Times};

/// How long it is waited before a message is sent again, or a failure told again.
const AGAIN: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));

impl<A: ActivityTasks, Q: TaskQueue, C: TaskCallbacks> PollActivity<A, Q, C> {
    /// Sends a task to the queue, or fails it where that cannot be done, so that it does not wait for its timeout.
    pub(crate) async fn forward(&self, task: ActivityTask, times: Times) {
        let attempt = task.token.attempt_id();
        let failure = match task.message(self.settings.heartbeat) {
            Err(reason) => TaskFailure::new(names::INVALID_INPUT, reason),
            Ok(body) => match self.send(&body, times.send).await {
                Ok(()) => {
                    ACTIVITY_TASKS.count(ForwardOutcome::Sent.into());
                    info!(task.attempt_id = attempt.as_str(), "a task of the activity was sent to its queue");
                    return;
                }
                Err(reason) => TaskFailure::new(names::NOT_FORWARDED, reason).with("bytes", body.len()),
            },
        };
        self.fail(&task.token, failure.with("attempt", attempt.as_str()), times.fail).await;
    }

    /// Sends a message, again and again while that may help.
    async fn send(&self, body: &str, deadline: Instant) -> Result<(), SendError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let reply = timeout_at(deadline, self.queue.send(body)).await;
            let reply = reply.unwrap_or_else(|_| {
                Err(SendError::NotTaken { reason: "no reply in the time there is to send it".to_owned() })
            });
            self.queue_is_in_trouble.store(matches!(reply, Err(SendError::NotTaken { .. })), Ordering::Relaxed);
            let next = Instant::now() + AGAIN.random_wait(tries);
            match reply {
                Err(error @ SendError::NotTaken { .. }) if next < deadline => {
                    debug!(error = %error, tries, "the queue has not taken a task; it is sent again");
                    sleep_until(next).await;
                }
                last => return last,
            }
        }
    }

    async fn fail(&self, token: &TaskToken, failure: TaskFailure, deadline: Instant) {
        let (answer, handle) = (Answer::Failure(failure), TaskHandle { token, execution: None });
        let settled = settle(&self.callbacks, handle, &answer, AGAIN, deadline).await;
        let (attempt, error) = (token.attempt_id(), settled.refusal.map(|refusal| refusal.to_string()));
        let Answer::Failure(failure) = &answer else { return };
        match settled.disposition {
            Disposition::Settled | Disposition::Closed | Disposition::Unknown => {
                ACTIVITY_TASKS.count(ForwardOutcome::Failed.into());
                warn!(
                    task.attempt_id = attempt.as_str(),
                    task.error = failure.error(),
                    cause = failure.cause(),
                    "a task of the activity could not be sent to its queue, and was failed"
                );
            }
            Disposition::Retry | Disposition::Rejected | Disposition::BadToken | Disposition::Denied => {
                ACTIVITY_TASKS.count(ForwardOutcome::Lost.into());
                error!(
                    task.attempt_id = attempt.as_str(),
                    cause = failure.cause(),
                    error,
                    "a task of the activity could neither be sent nor failed: it waits for its heartbeat or its timeout"
                );
            }
        }
    }
}
