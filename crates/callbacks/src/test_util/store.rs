//! A table in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::{Lost, TableCall, trouble::Trouble};
use crate::{
    Callback, CallbackId, CallbackStore, Due, ExternalId, FirstReply, Inbound, InboundKey, Kept, Parked, State,
    StoreError, Written,
    urls::{Actions, TransactionId},
};

/// A table in memory. Each call lets others go first once, as one over a network does; where the real one makes two, they have
/// time for two calls of their own in between.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    rows: Arc<Mutex<Rows>>,
    trouble: Trouble,
}

#[derive(Debug, Default)]
struct Rows {
    callbacks: BTreeMap<CallbackId, Callback>,
    /// Callbacks whose documents nobody understands.
    spoilt: BTreeSet<CallbackId>,
    inbound: BTreeMap<InboundKey, (Inbound, Option<FirstReply>)>,
    correlations: BTreeMap<ExternalId, CallbackId>,
    /// And until when they are kept.
    actions: BTreeMap<(CallbackId, TransactionId), (Actions, Timestamp)>,
}

impl Rows {
    /// The index of what is due, of one shard.
    fn upcoming(&self, shard: u8) -> Vec<Due> {
        let callbacks = self.callbacks.values().filter(|callback| callback.request.id.shard() == shard);
        let due = callbacks.filter_map(|callback| Some(Due { at: callback.state.due_at?, id: callback.request.id }));
        let mut due: Vec<Due> = due.collect();
        due.sort_unstable();
        due
    }
}

impl MemoryStore {
    /// Loses the replies to the next writes, but for those where there is nothing.
    #[must_use]
    pub fn losing(self, replies: impl IntoIterator<Item = impl Into<Option<Lost>>>) -> Self {
        self.trouble.lose(replies.into_iter().map(Into::into));
        self
    }

    /// Has no reply in time to calls of which this says so; it is asked before each from now on.
    pub fn fail_when(&self, fails: impl FnMut(TableCall) -> bool + Send + 'static) {
        self.trouble.fail_when(fails);
    }

    /// Has no reply in time to any call after so many more.
    pub fn go_away_after(&self, calls: usize) {
        let mut left = calls;
        self.fail_when(move |_| {
            let away = left == 0;
            left = left.saturating_sub(1);
            away
        });
    }

    /// From now on, nobody understands what is written of this callback.
    pub fn spoil(&self, id: CallbackId) {
        self.lock().spoilt.insert(id);
    }

    /// Fails no more.
    pub fn recover(&self) {
        self.trouble.recover();
    }

    /// How often it was called, in vain or not.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.trouble.calls()
    }

    /// A callback as it is now.
    #[must_use]
    pub fn get(&self, id: CallbackId) -> Option<Callback> {
        self.lock().callbacks.get(&id).cloned()
    }

    /// Until when what URLs mean is kept, by their calls.
    #[must_use]
    pub fn actions_kept_until(&self) -> Vec<Timestamp> {
        self.lock().actions.values().map(|(_, until)| *until).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets others go first, and is in trouble where it is to be.
    async fn begin(&self, call: TableCall) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        self.trouble.meet(call)
    }

    /// Carries a write out, unless it is lost.
    fn write_rows<T>(&self, write: impl FnOnce(&mut Rows, Carried) -> T) -> Result<T, StoreError> {
        let loss = self.trouble.loses();
        let written = write(&mut self.lock(), Carried(loss != Some(Lost::NotWritten)));
        loss.map_or(Ok(written), |_| Err(StoreError::Unavailable("the reply was lost".to_owned())))
    }
}

/// Whether a write is carried out.
struct Carried(bool);

impl CallbackStore for MemoryStore {
    async fn park(&self, callback: &Callback) -> Result<Parked, StoreError> {
        self.begin(TableCall::Park).await?;
        self.write_rows(|rows, Carried(carried)| {
            let parked = if rows.callbacks.contains_key(&callback.request.id) { Parked::Before } else { Parked::New };
            if parked == Parked::New && carried {
                rows.callbacks.insert(callback.request.id, callback.clone());
            }
            parked
        })
    }

    async fn load(&self, id: CallbackId) -> Result<Option<Callback>, StoreError> {
        self.begin(TableCall::Load(id)).await?;
        if self.lock().spoilt.contains(&id) {
            return Err(StoreError::Unreadable(format!("the callback {id}")));
        }
        Ok(self.get(id))
    }

    async fn write(&self, id: CallbackId, next: &State) -> Result<Written, StoreError> {
        self.begin(TableCall::Write).await?;
        self.write_rows(|rows, Carried(carried)| match rows.callbacks.get_mut(&id) {
            Some(callback) if callback.state.version + 1 == next.version => {
                if carried {
                    callback.state = next.clone();
                }
                Written::Done
            }
            _ => Written::Conflict,
        })
    }

    async fn due(&self, shard: u8, now: Timestamp, most: u16) -> Result<Vec<CallbackId>, StoreError> {
        self.begin(TableCall::Due(shard)).await?;
        let rows = self.lock();
        let due = rows.upcoming(shard).into_iter().filter(|due| due.at <= now);
        Ok(due.map(|due| due.id).take(usize::from(most)).collect())
    }

    async fn upcoming(&self, shard: u8, after: Option<Due>, most: u16) -> Result<Vec<Due>, StoreError> {
        self.begin(TableCall::Upcoming(shard)).await?;
        let behind = self.lock().upcoming(shard).into_iter().filter(|due| after.is_none_or(|after| *due > after));
        Ok(behind.take(usize::from(most)).collect())
    }

    async fn keep(&self, inbound: &Inbound) -> Result<Kept, StoreError> {
        self.begin(TableCall::Keep).await?;
        self.write_rows(|rows, Carried(carried)| {
            if let Some((first, reply)) = rows.inbound.get(&inbound.key) {
                return Kept::Before { digest: first.digest.clone(), reply: reply.clone() };
            }
            if carried {
                rows.inbound.insert(inbound.key.clone(), (inbound.clone(), None));
            }
            Kept::New
        })
    }

    async fn replied(&self, key: &InboundKey, reply: &FirstReply) -> Result<(), StoreError> {
        self.begin(TableCall::Replied).await?;
        self.write_rows(|rows, Carried(carried)| {
            if let Some((_, first)) = rows.inbound.get_mut(key).filter(|_| carried) {
                first.get_or_insert_with(|| reply.clone());
            }
        })
    }

    async fn correlate(
        &self,
        external: &ExternalId,
        id: CallbackId,
        since: Timestamp,
    ) -> Result<Vec<Inbound>, StoreError> {
        self.begin(TableCall::Correlate).await?;
        self.write_rows(|rows, Carried(carried)| {
            if carried {
                rows.correlations.insert(external.clone(), id);
            }
        })?;
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let rows = self.lock();
        let about = rows.inbound.values().filter(|(inbound, _)| inbound.about.as_ref() == Some(external));
        let mut early: Vec<Inbound> = about.map(|(inbound, _)| inbound.clone()).collect();
        early.retain(|inbound| inbound.at >= since);
        early.sort_by_key(|inbound| inbound.at);
        Ok(early)
    }

    async fn keep_actions(&self, id: CallbackId, actions: &Actions, until: Timestamp) -> Result<(), StoreError> {
        self.begin(TableCall::KeepActions).await?;
        self.write_rows(|rows, Carried(carried)| {
            if carried {
                rows.actions.insert((id, actions.transaction_id()), (actions.clone(), until));
            }
        })
    }

    async fn actions(&self, id: CallbackId, set: TransactionId) -> Result<Option<Actions>, StoreError> {
        self.begin(TableCall::Actions).await?;
        Ok(self.lock().actions.get(&(id, set)).map(|(actions, _)| actions.clone()))
    }

    async fn correlated(&self, external: &ExternalId) -> Result<Option<CallbackId>, StoreError> {
        self.begin(TableCall::Correlated).await?;
        Ok(self.lock().correlations.get(external).copied())
    }
}
