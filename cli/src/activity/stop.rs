//! How a worker is told to stop: once to end what has begun, twice to give it up, thrice to leave.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
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

    /// Told by SIGINT and SIGTERM.
    ///
    /// # Errors
    /// When this process cannot have handlers of signals.
    pub(super) fn on_signals() -> Result<Self, Error> {
        let handler = |kind| signal(kind).map_err(|error| Error::usage(format!("signals cannot be handled: {error}")));
        let (mut interrupt, mut terminate) = (handler(SignalKind::interrupt())?, handler(SignalKind::terminate())?);
        let stopping = Self::new();
        let telling = stopping.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                telling.further();
                // Some send a signal to a process and to its group: what comes at once is said once.
                sleep(AT_ONCE).await;
                while interrupt.recv().now_or_never().is_some() || terminate.recv().now_or_never().is_some() {}
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
