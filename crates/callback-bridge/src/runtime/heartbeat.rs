//! Heartbeats while a worker works.

use std::{pin::pin, time::Duration};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until, timeout_at},
};
use tracing::{debug, warn};

use crate::{Disposition, TaskCallbacks, TaskToken};

/// When a task is beaten for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beats {
    /// When the first heartbeat is due.
    pub(super) first: Instant,
    /// How long after one the next is due.
    pub(super) every: Duration,
}

/// What became of the work.
#[derive(Debug)]
pub(super) enum Worked<T> {
    /// It came to its end.
    Done(T),
    /// Its answer would not be taken, so it was dropped.
    Dropped(Dropped),
}

/// Why an answer would not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dropped {
    /// Nobody waits for it any more.
    NobodyWaits,
    /// Step Functions does not know the token.
    BadToken,
}

/// Runs `work` and beats meanwhile. A heartbeat that is under way when the work ends is waited for, until `deadline` at the
/// latest: none may reach Step Functions after the answer.
pub(super) async fn while_beating<T>(
    work: impl Future<Output = T>,
    callbacks: &impl TaskCallbacks,
    token: &TaskToken,
    beats: Option<Beats>,
    deadline: Instant,
) -> Worked<T> {
    let Some(beats) = beats else { return Worked::Done(work.await) };
    let (done, work_ended) = oneshot::channel::<()>();
    let mut work = pin!(work);
    let mut beating = pin!(beat(callbacks, token, beats, work_ended));
    tokio::select! {
        biased;
        result = &mut work => {
            drop(done);
            let _joined = timeout_at(deadline, beating).await;
            Worked::Done(result)
        }
        Some(dropped) = &mut beating => Worked::Dropped(dropped),
    }
}

/// Beats until the work has ended, or until a reply says that its answer would not be taken.
async fn beat(
    callbacks: &impl TaskCallbacks,
    token: &TaskToken,
    Beats { first, every }: Beats,
    mut work_ended: oneshot::Receiver<()>,
) -> Option<Dropped> {
    let mut due = first;
    loop {
        tokio::select! {
            biased;
            _ = &mut work_ended => return None,
            () = sleep_until(due) => {}
        }
        let reply = callbacks.heartbeat(token).await;
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
        due = Instant::now() + every;
    }
}
