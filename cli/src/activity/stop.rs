//! How a worker is told to stop: once to end what has begun, twice to give it up, thrice to leave.

use std::{fs, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
    time::sleep,
};

use crate::error::Error;

/// How far apart signals are that mean two things.
const AT_ONCE: Duration = Duration::from_millis(500);

/// How much is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    Not,
    /// No further task is asked for.
    AfterTasks,
    /// The commands are killed.
    Commands,
    /// Nothing more is done.
    AtOnce,
}

/// Whether a worker is to stop. Clones are told together.
#[derive(Debug, Clone)]
pub(super) struct Stopping(Arc<watch::Sender<Stop>>);

impl Stopping {
    /// Nobody has said so yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Stop::Not)))
    }

    /// Told by SIGINT and SIGTERM, by SIGHUP and SIGQUIT, too, unless whoever started this process wants them ignored, as `nohup`
    /// does.
    ///
    /// # Errors
    /// When this process cannot have handlers of signals.
    pub(super) fn on_signals() -> Result<Self, Error> {
        let unless_ignored = [SignalKind::hangup(), SignalKind::quit()].into_iter().filter(|kind| !is_ignored(*kind));
        let told = Arc::new(Notify::new());
        for kind in [SignalKind::interrupt(), SignalKind::terminate()].into_iter().chain(unless_ignored) {
            let mut signal =
                signal(kind).map_err(|error| Error::usage(format!("signals cannot be handled: {error}")))?;
            let told = Arc::clone(&told);
            tokio::spawn(async move {
                while signal.recv().await.is_some() {
                    told.notify_one();
                }
            });
        }
        let stopping = Self::new();
        let telling = stopping.clone();
        tokio::spawn(async move {
            loop {
                told.notified().await;
                telling.further();
                // Some send a signal to a process and to its group: what comes at once is said once.
                sleep(AT_ONCE).await;
                let _said_before = told.notified().now_or_never();
            }
        });
        Ok(stopping)
    }

    /// One step further.
    pub(super) fn further(&self) {
        self.0.send_modify(|stop| {
            *stop = match stop {
                Stop::Not => Stop::AfterTasks,
                Stop::AfterTasks => Stop::Commands,
                Stop::Commands | Stop::AtOnce => Stop::AtOnce,
            };
        });
    }

    /// No further task is asked for.
    pub(super) fn after_tasks(&self) {
        self.0.send_modify(|stop| *stop = (*stop).max(Stop::AfterTasks));
    }

    /// Whether no further task is asked for.
    pub(super) fn is_after_tasks(&self) -> bool {
        *self.0.borrow() >= Stop::AfterTasks
    }

    /// Whether commands are to be killed.
    pub(super) fn is_commands(&self) -> bool {
        *self.0.borrow() >= Stop::Commands
    }

    /// Until no further task is asked for.
    pub(super) async fn asked_to_stop(&self) {
        self.until(Stop::AfterTasks).await;
    }

    /// Until commands are to be killed.
    pub(super) async fn commands(&self) {
        self.until(Stop::Commands).await;
    }

    /// Until nothing more is to be done.
    pub(super) async fn at_once(&self) {
        self.until(Stop::AtOnce).await;
    }

    async fn until(&self, stop: Stop) {
        // The sender is ours, so that it cannot be gone.
        let mut told = self.0.subscribe();
        let _reached = told.wait_for(|now| *now >= stop).await;
    }
}

/// Whether this process was started with the signal ignored. Where the system does not tell, it was not.
fn is_ignored(kind: SignalKind) -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, kind))
}

/// [proc_pid_status(5)](https://man7.org/linux/man-pages/man5/proc_pid_status.5.html): a bit for each signal, from 1.
fn ignores(status: &str, kind: SignalKind) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    (mask >> (kind.as_raw_value() - 1)) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ignored_when_the_process_started_stays_so() {
        let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000001\nSigCgt:\t0000000000000004\n";
        assert!(ignores(status, SignalKind::hangup()));
        assert!(!ignores(status, SignalKind::quit()));
        assert!(!ignores("", SignalKind::hangup()));
    }
}
