//! Polls, runs, answers.

mod answer;
mod beats;
mod task;

use std::{num::NonZeroUsize, time::Duration};

use callback_bridge::{ActivityTasks, Backoff, NO_CREDENTIALS, PollError, TaskCallbacks};
use futures_util::future::join_all;
use tokio::time::sleep;

use super::{command::CommandLine, report::Report, stop::Stopping};
use crate::error::{Ended, Error, of_code};

/// How long it is waited before an activity that could not be asked is asked again.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));

/// A worker of an activity.
pub(super) struct Worker<T, C> {
    pub(super) tasks: T,
    pub(super) callbacks: C,
    pub(super) command: CommandLine,
    /// How often to say that a task is still being worked on.
    pub(super) heartbeat: Option<Duration>,
    pub(super) stopping: Stopping,
    pub(super) report: Report,
}

impl<T: ActivityTasks, C: TaskCallbacks> Worker<T, C> {
    /// Works on as many tasks at once as are allowed, until it is told to stop. One that is told twice is interrupted.
    ///
    /// # Errors
    /// When Step Functions refuses to give tasks, or the command cannot be started. Tasks that were begun are ended before.
    pub(super) async fn work(&self, concurrency: NonZeroUsize) -> Result<Ended, Error> {
        let slots = join_all((0..concurrency.get()).map(|_| self.slot()));
        let tell = async {
            self.stopping.asked_to_stop().await;
            self.report.stopping();
            std::future::pending().await
        };
        let ended: Result<(), Error> = tokio::select! {
            ended = slots => ended.into_iter().collect(),
            never = tell => never,
        };
        ended.map(|()| if self.stopping.is_commands() { Ended::Interrupted } else { Ended::Well })
    }

    /// One task after the other. A poll is let come to its end, for a task may be on its way.
    async fn slot(&self) -> Result<(), Error> {
        let mut tries = 0;
        while !self.stopping.is_after_tasks() {
            let polled = tokio::select! {
                polled = self.tasks.next() => polled,
                () = self.stopping.commands() => return Ok(()),
            };
            match polled {
                Ok(None) => tries = 0,
                Ok(Some(task)) => {
                    tries = 0;
                    self.work_on(task).await?;
                }
                Err(error @ PollError::Refused { .. }) => {
                    self.stopping.after_tasks();
                    return Err(error.into());
                }
                Err(error @ (PollError::Throttled { .. } | PollError::Unheard { .. })) => {
                    tries += 1;
                    self.report.trouble(&error.into());
                    tokio::select! {
                        () = sleep(BACKOFF.random_wait(tries)) => {}
                        () = self.stopping.asked_to_stop() => {}
                    }
                }
            }
        }
        Ok(())
    }
}

impl From<PollError> for Error {
    fn from(error: PollError) -> Self {
        let told = format!("GetActivityTask: {error}");
        match error {
            // As of every other command that has none.
            PollError::Refused { code } if code == NO_CREDENTIALS => {
                Self::Unreachable("there are no credentials: sign in, or choose another --profile".to_owned())
            }
            PollError::Refused { code } => Self::Refused(of_code("GetActivityTask", &code, &code).unwrap_or(told)),
            PollError::Throttled { .. } | PollError::Unheard { .. } => Self::Unreachable(told),
        }
    }
}

#[cfg(test)]
mod tests;
