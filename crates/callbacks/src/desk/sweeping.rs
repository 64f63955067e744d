//! The pass over callbacks that are due.

use std::{collections::HashSet, future::ready, time::Duration};

use callback_bridge::TaskCallbacks;
use futures_util::{StreamExt, future::join_all, stream};
use jiff::Timestamp;

use super::Desk;
use crate::{
    CallbackId, CallbackStore, Clock, Duty, Outside,
    metrics::{self, OLDEST_DUE, SweepEnd},
    ports::{SHARDS, StoreError},
};

/// How many callbacks of one shard are worked on at once.
const AT_ONCE: usize = 4;
/// How many destinations are called at once for one shard: they may take ten seconds each.
const CALLS_AT_ONCE: usize = 16;
/// How many are read at a time.
const PAGE: u16 = 25;
/// After how many of one shard that were put aside, or that nothing could be done about, a sweep leaves the rest to the next.
const MOST_PASSED: usize = 2000;

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many callbacks were due and worked on.
    pub callbacks: usize,
    /// How many things were done about them.
    pub duties: usize,
    /// How long the longest due of them had waited.
    pub oldest: Duration,
    /// Whether time ran out before all that was due was done.
    pub unfinished: bool,
}

/// A shard could not be swept, or not all of it; the others were.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {SHARDS} shards could not be swept as a whole")]
pub struct SweepError {
    /// How many.
    pub failed: usize,
    /// The first reason.
    #[source]
    pub first: StoreError,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Desk<S, C, O, K> {
    /// Does what is due about all callbacks, all shards at once, the longest due first; other systems are called at the end,
    /// so that nothing else waits for them. None is taken up after `until`. Two sweeps at once do no harm: each callback is
    /// claimed by one.
    ///
    /// # Errors
    /// When a shard, or a callback in it, could not be read or written, after all else was done.
    pub async fn sweep(&self, until: Timestamp) -> Result<Swept, SweepError> {
        let shards = join_all((0..SHARDS).map(|shard| self.sweep_shard(shard, until))).await;
        let mut all = Swept::default();
        let mut errors = Vec::new();
        for shard in shards {
            match shard {
                Ok(swept) => {
                    all.callbacks += swept.callbacks;
                    all.duties += swept.duties;
                    all.oldest = all.oldest.max(swept.oldest);
                    all.unfinished |= swept.unfinished;
                }
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            OLDEST_DUE.record(all.oldest);
        }
        metrics::sweep(match (errors.is_empty(), all.unfinished) {
            (false, _) => SweepEnd::Failed,
            (true, true) => SweepEnd::Unfinished,
            (true, false) => SweepEnd::Finished,
        });
        let failed = errors.len();
        match errors.into_iter().next() {
            Some(first) => Err(SweepError { failed, first }),
            None => Ok(all),
        }
    }

    async fn sweep_shard(&self, shard: u8, until: Timestamp) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        let mut failed = None;
        let mut calls = Vec::new();
        // What is put aside, cannot be read, or others are at work on, does not keep those behind it waiting.
        let mut passed = HashSet::new();
        swept.unfinished = loop {
            if self.now() >= until {
                break true;
            }
            let most = PAGE.saturating_add(u16::try_from(passed.len()).unwrap_or(u16::MAX));
            let mut due = self.store.due(shard, self.now(), most).await?;
            due.retain(|id| !passed.contains(id));
            if due.is_empty() || passed.len() >= MOST_PASSED {
                break !due.is_empty();
            }
            for (id, end) in self.take_up_all(due, Pass::Others, until).await {
                match end {
                    Ok(End::Worked { duties, late }) => {
                        swept.count(duties, late);
                        continue;
                    }
                    Ok(End::NothingDone) => {}
                    Ok(End::PutAside { beats }) => calls.push((beats, id)),
                    Err(error) => failed = Some(error),
                }
                passed.insert(id);
            }
        };
        calls.sort_by_key(|(beats, _)| !beats); // the longest due first, among those that a heartbeat is due for
        let calls: Vec<CallbackId> = calls.into_iter().map(|(_, id)| id).collect();
        let most = calls.len();
        let called = self.take_up_all(calls, Pass::Calls, until).await;
        swept.unfinished |= called.len() < most;
        for (_, end) in called {
            match end {
                Ok(End::Worked { duties, late }) => swept.count(duties, late),
                Ok(End::NothingDone | End::PutAside { .. }) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(swept), Err)
    }

    /// Takes up one after the other, some at once, as long as there is time.
    async fn take_up_all(
        &self,
        ids: Vec<CallbackId>,
        pass: Pass,
        until: Timestamp,
    ) -> Vec<(CallbackId, Result<End, StoreError>)> {
        let at_once = match pass {
            Pass::Others => AT_ONCE,
            Pass::Calls => CALLS_AT_ONCE,
        };
        let in_time = stream::iter(ids).take_while(|_| ready(self.now() < until));
        in_time.map(async |id| (id, self.take_up(id, pass).await)).buffer_unordered(at_once).collect().await
    }

    /// Works on one callback, unless it is put aside.
    ///
    /// Its errors are told where they happen, and do not keep the others waiting.
    async fn take_up(&self, id: CallbackId, pass: Pass) -> Result<End, StoreError> {
        let callback = self.store.load(id).await;
        let callback =
            callback.inspect_err(|error| tracing::error!(callback.id = %id, %error, "a callback could not be read"))?;
        let Some(callback) = callback else { return Ok(End::NothingDone) };
        let now = self.now();
        let Some(due_at) = callback.state.due_at.filter(|due_at| *due_at <= now) else { return Ok(End::NothingDone) };
        let duties = callback.state.duties(&callback.request, now);
        if pass == Pass::Others && duties.contains(&Duty::Call) {
            return Ok(End::PutAside { beats: duties.contains(&Duty::Beat) });
        }
        let late = Duration::try_from(now.duration_since(due_at)).unwrap_or_default();
        let worked = self.work(callback).await?;
        Ok(if worked.duties > 0 { End::Worked { duties: worked.duties, late } } else { End::NothingDone })
    }
}

impl Swept {
    fn count(&mut self, duties: usize, late: Duration) {
        self.callbacks += 1;
        self.duties += duties;
        self.oldest = self.oldest.max(late);
    }
}

/// What a part of a sweep is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// All that is done in a moment.
    Others,
    /// What other systems are called for.
    Calls,
}

/// What became of a callback that was taken up.
enum End {
    /// So many things were done about it, so late.
    Worked { duties: usize, late: Duration },
    /// Others were at work on it, or nothing was due any more.
    NothingDone,
    /// Its destination is to be called, in the other pass.
    PutAside { beats: bool },
}
