//! Heartbeats while a worker works.

use std::{pin::pin, time::Duration};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until, timeout_at},
};
use tracing::{debug, warn};

use super::metrics;
use crate::{Disposition, TaskCallbacks, TaskHandle};

/// When a task is beaten for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beats {
    /// When the first heartbeat is due. One that is due at once comes before the work.
    pub(super) first: Instant,
    /// How long after one the next is due; nothing for a task that is only asked whether somebody still waits for it.
    pub(super) every: Option<Duration>,
}

/// What became of the work.
#[derive(Debug)]
pub(super) enum Worked<T> {
    /// It came to its end.
    Done(T),
    /// It was dropped, or not begun at all.
    Dropped(Dropped),
}

/// Why work is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dropped {
    /// Nobody waits for its answer any more.
    NobodyWaits,
    /// Step Functions does not know the token.
    BadToken,
    /// The heartbeat before it took all its time.
    NoTime,
}

/// Runs `work` and beats meanwhile. A heartbeat that is due already comes before the work, so that nothing is paid for a
/// task that nobody waits for. One that is under way when the work ends is waited for, until `deadline` at the latest: none
/// may reach Step Functions after the answer, and if it says that no answer would be taken, none is given.
pub(super) async fn while_beating<T>(
    work: impl Future<Output = T>,
    callbacks: &impl TaskCallbacks,
    task: TaskHandle<'_>,
    beats: Option<Beats>,
    deadline: Instant,
) -> Worked<T> {
    let Some(Beats { mut first, every }) = beats else { return Worked::Done(work.await) };
    if first <= Instant::now() {
        if let Ok(Some(dropped)) = timeout_at(deadline, beat(callbacks, task)).await {
            return Worked::Dropped(dropped);
        }
        if Instant::now() >= deadline {
            return Worked::Dropped(Dropped::NoTime);
        }
        first = Instant::now() + every.unwrap_or_default();
    }
    let Some(every) = every else { return Worked::Done(work.await) };
    let (done, work_ended) = oneshot::channel::<()>();
    let mut work = pin!(work);
    let mut beating = pin!(keep_beating(callbacks, task, first, every, work_ended));
    tokio::select! {
        biased;
        result = &mut work => {
            drop(done);
            match timeout_at(deadline, beating).await {
                Ok(Some(dropped)) => Worked::Dropped(dropped),
                Ok(None) | Err(_) => Worked::Done(result),
            }
        }
        Some(dropped) = &mut beating => Worked::Dropped(dropped),
    }
}

/// Beats until the work has ended, or until a reply says that its answer would not be taken.
async fn keep_beating(
    callbacks: &impl TaskCallbacks,
    task: TaskHandle<'_>,
    first: Instant,
    every: Duration,
    mut work_ended: oneshot::Receiver<()>,
) -> Option<Dropped> {
    let mut due = first;
    loop {
        tokio::select! {
            biased;
            _ = &mut work_ended => return None,
            () = sleep_until(due) => {}
        }
        if let Some(dropped) = beat(callbacks, task).await {
            return Some(dropped);
        }
        due = Instant::now() + every;
    }
}

/// Beats once; returns why the work is in vain, if it is.
async fn beat(callbacks: &impl TaskCallbacks, task: TaskHandle<'_>) -> Option<Dropped> {
    let reply = callbacks.heartbeat(task).await;
    metrics::reply(&reply);
    let disposition = Disposition::of(&reply, false);
    match disposition {
        Disposition::Settled => debug!("heartbeat sent"),
        Disposition::Closed | Disposition::Unknown => return Some(Dropped::NobodyWaits),
        Disposition::BadToken => return Some(Dropped::BadToken),
        Disposition::Retry | Disposition::Rejected | Disposition::Denied => {
            if let Err(refusal) = reply {
                warn!(disposition = disposition.as_str(), error = %refusal, "a heartbeat was not accepted; the work goes on");
            }
        }
    }
    None
}
