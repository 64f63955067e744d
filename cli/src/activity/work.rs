//! Polls, runs, answers.

use std::{num::NonZeroUsize, pin::pin, time::Duration};

use callback_bridge::{
    ActivityTask, ActivityTasks, Answer, Backoff, Disposition, PollError, TaskCallbacks, TaskHandle,
};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, sleep_until};

use super::{command::CommandLine, report::Report, result, stop::Stopping};
use crate::{answering, error::Error};

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
    /// Works on as many tasks at once as are allowed, until it is told to stop.
    ///
    /// # Errors
    /// When Step Functions refuses to give tasks. Those that were begun are ended before.
    pub(super) async fn work(&self, concurrency: NonZeroUsize) -> Result<(), Error> {
        let slots = join_all((0..concurrency.get()).map(|_| self.slot()));
        let tell = async {
            self.stopping.asked_to_stop().await;
            self.report.stopping();
            std::future::pending().await
        };
        tokio::select! {
            ended = slots => ended.into_iter().collect(),
            never = tell => never,
        }
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
                    self.work_on(task).await;
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

    async fn work_on(&self, task: ActivityTask) {
        let attempt = task.token.attempt_id();
        self.report.taken(&attempt);
        let Some(answer) = self.answer_to(&task).await else {
            self.report.dropped(&attempt);
            return;
        };
        match answering::answer(&self.callbacks, &task.token, &answer).await {
            Ok(()) => self.report.answered(&attempt, &answer),
            Err(not_taken) => self.report.not_answered(&attempt, &not_taken.into()),
        }
    }

    /// Runs the command, and beats meanwhile; nothing if a heartbeat finds that nobody waits for an answer any more. One that
    /// is under way when the command ends is waited for: none may reach Step Functions after the answer.
    async fn answer_to(&self, task: &ActivityTask) -> Option<Answer> {
        let mut command = pin!(self.answer_of_command(&task.input));
        let Some(every) = self.heartbeat else { return Some(command.await) };
        let handle = TaskHandle { token: &task.token, execution: None };
        let mut due = Instant::now() + every;
        loop {
            tokio::select! {
                biased;
                answer = &mut command => return Some(answer),
                () = sleep_until(due) => {}
            }
            let mut beat = pin!(self.callbacks.heartbeat(handle));
            let (reply, answer) = tokio::select! {
                reply = &mut beat => (reply, None),
                answer = &mut command => (beat.await, Some(answer)),
            };
            match (Disposition::of(&reply, false), reply) {
                (Disposition::Closed | Disposition::Unknown | Disposition::BadToken, _) => return None,
                (_, Err(refusal)) => self.report.not_beaten(&task.token.attempt_id(), &refusal),
                (_, Ok(())) => {}
            }
            if answer.is_some() {
                return answer;
            }
            due = Instant::now() + every;
        }
    }

    async fn answer_of_command(&self, input: &str) -> Answer {
        tokio::select! {
            finished = self.command.run(input) => match finished {
                Ok(finished) => result::answer(&finished),
                Err(error) => result::not_started(&error),
            },
            () = self.stopping.commands() => result::stopped(),
        }
    }
}

impl From<PollError> for Error {
    fn from(error: PollError) -> Self {
        let told = format!("GetActivityTask: {error}");
        match error {
            PollError::Refused { .. } => Self::Refused(told),
            PollError::Throttled { .. } | PollError::Unheard { .. } => Self::Unreachable(told),
        }
    }
}

#[cfg(test)]
mod tests;
