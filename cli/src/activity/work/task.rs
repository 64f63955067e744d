//! One task, from when it is taken until it is answered.

use std::{io, pin::pin};

use callback_bridge::{ActivityTask, Answer, TaskCallbacks};

use super::{Worker, answer, beats::Beats};
use crate::{
    activity::{result, starting},
    error::Error,
};

impl<T, C: TaskCallbacks> Worker<T, C> {
    /// Runs the command for a task, and answers it.
    ///
    /// # Errors
    /// When the command cannot be started: it could not for other tasks, so that none is asked for any more.
    pub(super) async fn work_on(&self, task: ActivityTask) -> Result<(), Error> {
        let attempt = task.token.attempt_id();
        self.report.taken(&attempt);
        let mut beats = Beats::new(&self.callbacks, &self.report, &task.token, self.heartbeat);
        let Some(ended) = self.run(&task, &mut beats).await else {
            self.report.dropped(&attempt);
            return Ok(());
        };
        let (answer, end) = match ended {
            Ok(answer) => (answer, Ok(())),
            Err(reason) => {
                self.stopping.after_tasks();
                let error =
                    format!("the command cannot be started: {reason}; its task was failed, and no other is taken");
                (result::not_started(&reason), Err(Error::usage(error)))
            }
        };
        match answer::give(beats, answer, &self.stopping).await {
            Ok(answer) => self.report.answered(&attempt, &answer),
            Err(not_taken) => self.report.not_answered(&attempt, &not_taken.into()),
        }
        end
    }

    /// Runs the command, and beats meanwhile; nothing if a heartbeat finds that nobody waits for an answer any more. One that
    /// is under way when the command ends is waited for: none may reach Step Functions after the answer.
    async fn run(&self, task: &ActivityTask, beats: &mut Beats<'_, C>) -> Option<io::Result<Answer>> {
        let mut command = pin!(self.answer_of_command(task));
        loop {
            tokio::select! {
                biased;
                answer = &mut command => return Some(answer),
                () = beats.due() => {}
            }
            let mut beat = pin!(beats.beat(false));
            let (waited_for, answer) = tokio::select! {
                reply = &mut beat => (reply.is_ok(), None),
                answer = &mut command => (beat.await.is_ok(), Some(answer)),
            };
            if !waited_for || answer.is_some() {
                return answer.filter(|_| waited_for);
            }
        }
    }

    /// # Errors
    /// When the command cannot be started.
    async fn answer_of_command(&self, task: &ActivityTask) -> io::Result<Answer> {
        let tell = |error: &io::Error| self.report.started_again(&task.token.attempt_id(), error);
        let ended = async {
            let running = starting::start(|| self.command.start(), tell).await?;
            let finished = running.end(&task.input, &self.report).await;
            Ok(finished.map_or_else(|error| result::not_watched(&error), |finished| result::answer(&finished)))
        };
        tokio::select! {
            ended = ended => ended,
            () = self.stopping.commands() => Ok(result::stopped()),
        }
    }
}
