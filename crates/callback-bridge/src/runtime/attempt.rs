//! One attempt at the work of a task.

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use tokio::time::{Instant, timeout_at};

use super::{
    heartbeat::{Beats, Dropped, Worked, while_beating},
    metrics,
};
use crate::{
    Answer, OutputError, Task, TaskCallbacks, TaskFailure, TaskHandle, TaskOutput, WorkError, Worker, names,
    worker::{Chain, Kind},
};

/// What came of the work.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The task can be answered.
    Answer(Answer),
    /// The work is to be tried again; the text says why.
    RetryLater(String),
    /// Nobody waits for an answer any more.
    NobodyWaits,
    /// Somebody else answers it.
    Parked,
    /// No answer can be given with this token.
    BadToken,
}

/// Has `worker` work on `task` until `deadline` at the latest.
pub(super) async fn attempt<W: Worker>(
    worker: &W,
    task: Task<W::Input>,
    callbacks: &impl TaskCallbacks,
    handle: TaskHandle<'_>,
    beats: Option<Beats>,
    deadline: Instant,
) -> Outcome {
    if Instant::now() >= deadline {
        // Without this, the work would be begun before its deadline is looked at.
        return Outcome::RetryLater(NO_TIME.to_owned());
    }
    // The call itself and the writing of its output are inside the future, so that a panic in them is caught as well.
    let work = async { worker.work(task).await.map(|output| answer(&output)) };
    let work = AssertUnwindSafe(work).catch_unwind();
    match while_beating(metrics::timing(timeout_at(deadline, work)), callbacks, handle, beats, deadline).await {
        Worked::Dropped(Dropped::NobodyWaits) => Outcome::NobodyWaits,
        Worked::Dropped(Dropped::BadToken) => Outcome::BadToken,
        Worked::Dropped(Dropped::NoTime) => Outcome::RetryLater(NO_TIME.to_owned()),
        Worked::Done(Err(_elapsed)) => {
            Outcome::RetryLater("the work was not done before the function's time ran out".to_owned())
        }
        Worked::Done(Ok(Err(panic))) => Outcome::RetryLater(format!("the worker panicked: {}", message_of(&*panic))),
        Worked::Done(Ok(Ok(Ok(answer)))) => Outcome::Answer(answer),
        Worked::Done(Ok(Ok(Err(WorkError(Kind::Final(failure)))))) => Outcome::Answer(Answer::Failure(failure)),
        Worked::Done(Ok(Ok(Err(WorkError(Kind::Parked))))) => Outcome::Parked,
        Worked::Done(Ok(Ok(Err(WorkError(Kind::RetryLater(error)))))) => {
            Outcome::RetryLater(Chain(error.as_ref()).to_string())
        }
    }
}

const NO_TIME: &str = "the function's time was up before the work began";

fn answer(output: &impl serde::Serialize) -> Answer {
    match TaskOutput::of(output) {
        Ok(output) => Answer::Success(output),
        Err(error @ OutputError::TooLarge { bytes }) => {
            Answer::Failure(TaskFailure::new(names::OUTPUT_TOO_LARGE, &error).with("bytes", bytes))
        }
        Err(error @ OutputError::NotJson(_)) => Answer::Failure(TaskFailure::new(names::INVALID_OUTPUT, Chain(&error))),
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
