//! The pass over callbacks that are due.

use std::{collections::HashSet, future::ready, time::Duration};

use callback_bridge::TaskCallbacks;
use futures_util::{StreamExt, future::join_all, stream};
use jiff::Timestamp;

use super::Desk;
use crate::{
    CallbackId, CallbackStore, Clock, Outside,
    metrics::{self, OLDEST_DUE, SweepEnd},
    ports::{SHARDS, StoreError},
};

/// How many callbacks of one shard are worked on at once.
const AT_ONCE: usize = 4;
/// How many are read at a time.
const PAGE: u16 = 25;
/// After how many of one shard that nothing could be done about a sweep leaves the rest to the next one: then the table is in
/// trouble.
const MOST_PASSED: usize = 500;

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
    /// Does what is due about all callbacks, all shards at once, the longest due first. None is taken up after `until`. Two
    /// sweeps at once do no harm: each callback is claimed by one.
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
        // What cannot be read, or others are at work on, does not keep those behind it waiting.
        let mut passed = HashSet::new();
        let mut failed = None;
        while self.now() < until {
            let most = PAGE.saturating_add(u16::try_from(passed.len()).unwrap_or(u16::MAX));
            let mut due = self.store.due(shard, self.now(), most).await?;
            due.retain(|id| !passed.contains(id));
            if due.is_empty() || passed.len() >= MOST_PASSED {
                swept.unfinished = !due.is_empty();
                return failed.map_or(Ok(swept), Err);
            }
            let in_time = stream::iter(due).take_while(|_| ready(self.now() < until));
            let taken_up = in_time.map(async |id| (id, self.take_up(id).await)).buffer_unordered(AT_ONCE);
            for (id, worked) in taken_up.collect::<Vec<_>>().await {
                match worked {
                    Ok(Some((duties, late))) => {
                        swept.callbacks += 1;
                        swept.duties += duties;
                        swept.oldest = swept.oldest.max(late);
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => failed = Some(error),
                }
                passed.insert(id);
            }
        }
        swept.unfinished = true;
        failed.map_or(Ok(swept), Err)
    }

    /// Works on one callback; how many things were done, and how late; nothing where others were at work on it.
    ///
    /// Its errors are told where they happen, and do not keep the others waiting.
    async fn take_up(&self, id: CallbackId) -> Result<Option<(usize, Duration)>, StoreError> {
        let callback = self.store.load(id).await;
        let callback =
            callback.inspect_err(|error| tracing::error!(callback.id = %id, %error, "a callback could not be read"))?;
        let Some(callback) = callback else { return Ok(None) };
        let Some(due_at) = callback.state.due_at else { return Ok(None) };
        let late = Duration::try_from(self.now().duration_since(due_at)).unwrap_or_default();
        let worked = self.work(callback).await?;
        Ok((worked.duties > 0).then_some((worked.duties, late)))
    }
}
