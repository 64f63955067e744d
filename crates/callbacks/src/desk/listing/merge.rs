//! One order out of those of the shards.

use std::collections::VecDeque;

use futures_util::future::try_join_all;

use super::Position;
use crate::{
    CallbackStore,
    ports::{Due, SHARDS, StoreError},
};

/// How many entries of a shard are read at a time.
const PAGE: u16 = 25;

/// The index of what is due, of all shards, from some position on.
pub(super) struct Merge<'a, S> {
    store: &'a S,
    shards: Vec<Shard>,
}

/// What was read of a shard, and is not taken yet.
struct Shard {
    number: u8,
    read: VecDeque<Due>,
    /// The last that was read.
    last: Option<Due>,
    ended: bool,
}

impl<'a, S: CallbackStore> Merge<'a, S> {
    pub(super) fn new(store: &'a S, after: Position) -> Self {
        let shard = |number| Shard { number, read: VecDeque::new(), last: after.of(number), ended: false };
        Self { store, shards: (0..SHARDS).map(shard).collect() }
    }

    /// The next ones, so many at most; none at the end.
    pub(super) async fn take(&mut self, most: usize) -> Result<Vec<Due>, StoreError> {
        let mut taken = Vec::new();
        while taken.len() < most {
            try_join_all(self.shards.iter_mut().map(|shard| shard.fill(self.store))).await?;
            let soonest = self.shards.iter_mut().filter(|shard| !shard.read.is_empty());
            let soonest = soonest.min_by_key(|shard| shard.read.front().copied());
            let Some(due) = soonest.and_then(|shard| shard.read.pop_front()) else { break };
            taken.push(due);
        }
        Ok(taken)
    }
}

impl Shard {
    /// Reads on if all that was read is taken.
    async fn fill(&mut self, store: &impl CallbackStore) -> Result<(), StoreError> {
        if self.ended || !self.read.is_empty() {
            return Ok(());
        }
        let read = store.upcoming(self.number, self.last, PAGE).await?;
        self.ended = read.is_empty();
        self.last = read.last().copied().or(self.last);
        self.read = read.into();
        Ok(())
    }
}
