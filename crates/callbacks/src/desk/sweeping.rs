//! The pass over callbacks that are due.

use std::{collections::HashSet, future::ready, time::Duration};

use callback_bridge::TaskCallbacks;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{
    StreamExt,
    future::{join, join_all},
    stream,
};
use jiff::Timestamp;

use super::{Desk, working::Scope};
use crate::{
    CallbackId, CallbackStore, Clock, Outside,
    metrics::{self, OLDEST_DUE, SweepEnd},
    ports::{SHARDS, StoreError},
};

/// How many callbacks of one shard are worked on at once.
const AT_ONCE: usize = 4;
/// How many of those at once for which others are to be told or called, who may take ten seconds and more.
const EXTERNAL_AT_ONCE: usize = 16;
/// How many are read at a time.
const PAGE: u16 = 100;
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
    /// Does what is due about all callbacks, all shards at once, the longest due first. What only Step Functions is asked for
    /// waits for nobody outside. None is taken up after `until`. Two sweeps at once do no harm: each callback is claimed by
    /// one.
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
        let (aside, others) = unbounded();
        let (internal, external) = (self.sweep_internal(shard, until, aside), self.sweep_external(others, until));
        let ((internal, aside), (external, taken_up)) = join(internal, external).await;
        let mut swept = internal.swept;
        swept.callbacks += external.swept.callbacks;
        swept.duties += external.swept.duties;
        swept.oldest = swept.oldest.max(external.swept.oldest);
        swept.unfinished |= taken_up < aside;
        internal.failed.or(external.failed).map_or(Ok(swept), Err)
    }

    /// Does all for which only Step Functions is asked, and puts aside what is more; how many that were.
    async fn sweep_internal(&self, shard: u8, until: Timestamp, aside: UnboundedSender<Aside>) -> (Part, usize) {
        let (mut part, mut put_aside) = (Part::default(), 0);
        // What is put aside, cannot be read, or others are at work on, does not keep those behind it waiting.
        let mut passed = HashSet::new();
        part.swept.unfinished = loop {
            if self.now() >= until {
                break true;
            }
            let most = PAGE.saturating_add(u16::try_from(passed.len()).unwrap_or(u16::MAX));
            let mut due = match self.store.due(shard, self.now(), most).await {
                Ok(due) => due,
                Err(error) => {
                    part.failed = Some(error);
                    break true;
                }
            };
            due.retain(|id| !passed.contains(id));
            if due.is_empty() || passed.len() >= MOST_PASSED {
                break !due.is_empty();
            }
            let in_time = stream::iter(due).take_while(|_| ready(self.now() < until));
            let taken_up = in_time.map(async |id| (id, self.take_up(id, Scope::Internal).await));
            for (id, taken_up) in taken_up.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
                let TakenUp { duties, left, .. } = part.add(taken_up, true);
                if left {
                    put_aside += 1;
                    // Whoever takes them has gone only when time is over.
                    let _ = aside.unbounded_send(Aside { id, counted: duties > 0 });
                }
                if left || duties == 0 {
                    passed.insert(id);
                }
            }
        };
        (part, put_aside)
    }

    /// Does what was put aside, as it comes; how many were taken up.
    async fn sweep_external(&self, aside: UnboundedReceiver<Aside>, until: Timestamp) -> (Part, usize) {
        let mut part = Part::default();
        let in_time = aside.take_while(|_| ready(self.now() < until));
        let taken_up = in_time.map(async |Aside { id, counted }| (counted, self.take_up(id, Scope::All).await));
        let taken_up = taken_up.buffer_unordered(EXTERNAL_AT_ONCE).collect::<Vec<_>>().await;
        let how_many = taken_up.len();
        for (counted, taken_up) in taken_up {
            part.add(taken_up, !counted);
        }
        (part, how_many)
    }

    /// Works on one callback, if it is due and others are not at work on it.
    ///
    /// Its errors are told where they happen, and do not keep the others waiting.
    async fn take_up(&self, id: CallbackId, scope: Scope) -> Result<TakenUp, StoreError> {
        let callback = self.store.load(id).await;
        let callback =
            callback.inspect_err(|error| tracing::error!(callback.id = %id, %error, "a callback could not be read"))?;
        let Some(callback) = callback else { return Ok(TakenUp::default()) };
        let now = self.now();
        let Some(due_at) = callback.state.due_at.filter(|due_at| *due_at <= now) else { return Ok(TakenUp::default()) };
        let late = Duration::try_from(now.duration_since(due_at)).unwrap_or_default();
        let worked = self.work_on(callback, scope).await?;
        let left = worked.callback.state.due_at.is_some_and(|due_at| due_at <= now);
        Ok(TakenUp { duties: worked.duties, late, left })
    }
}

/// A callback for which others are to be told or called.
struct Aside {
    id: CallbackId,
    /// Whether it is among those that were worked on.
    counted: bool,
}

/// What became of a callback that was taken up: nothing, where it was not due any more.
#[derive(Default)]
struct TakenUp {
    /// How many things were done.
    duties: usize,
    /// How long it had been due.
    late: Duration,
    /// Whether there is more to do.
    left: bool,
}

/// What a part of a sweep did.
#[derive(Default)]
struct Part {
    swept: Swept,
    failed: Option<StoreError>,
}

impl Part {
    /// Adds one callback, which counts if something was done, and it does not count elsewhere.
    fn add(&mut self, taken_up: Result<TakenUp, StoreError>, counts: bool) -> TakenUp {
        match taken_up {
            Ok(taken_up) => {
                self.swept.callbacks += usize::from(counts && taken_up.duties > 0);
                self.swept.duties += taken_up.duties;
                self.swept.oldest = self.swept.oldest.max(taken_up.late);
                taken_up
            }
            Err(error) => {
                self.failed = Some(error);
                TakenUp::default()
            }
        }
    }
}
