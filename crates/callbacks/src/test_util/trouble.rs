//! Trouble that a table in memory is in, as a test wants it.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{CallbackId, StoreError};

/// A call of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableCall {
    /// `park`.
    Park,
    /// `load`, of this callback.
    Load(CallbackId),
    /// `write`.
    Write,
    /// `due`, of this shard.
    Due(u8),
    /// `upcoming`, of this shard.
    Upcoming(u8),
    /// `keep`.
    Keep,
    /// `replied`.
    Replied,
    /// `correlate`.
    Correlate,
    /// `correlated`.
    Correlated,
    /// `keep_actions`.
    KeepActions,
    /// `actions`.
    Actions,
}

/// What becomes of a write whose reply is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It was carried out.
    Written,
    /// It was not.
    NotWritten,
}

/// What goes wrong, and how much was asked of the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    calls: usize,
    fails: Option<Box<dyn FnMut(TableCall) -> bool + Send>>,
    lost: VecDeque<Option<Lost>>,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("calls", &self.calls).field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl Trouble {
    pub(super) fn fail_when(&self, fails: impl FnMut(TableCall) -> bool + Send + 'static) {
        self.lock().fails = Some(Box::new(fails));
    }

    pub(super) fn lose(&self, replies: impl IntoIterator<Item = Option<Lost>>) {
        self.lock().lost.extend(replies);
    }

    pub(super) fn recover(&self) {
        self.lock().fails = None;
    }

    pub(super) fn calls(&self) -> usize {
        self.lock().calls
    }

    /// Lets a call go on, or not.
    pub(super) fn meet(&self, call: TableCall) -> Result<(), StoreError> {
        let mut plan = self.lock();
        plan.calls += 1;
        let fails = plan.fails.as_mut().is_some_and(|fails| fails(call));
        if fails { Err(StoreError::Unavailable("no reply in time".to_owned())) } else { Ok(()) }
    }

    /// What becomes of the next write, where its reply is lost.
    pub(super) fn loses(&self) -> Option<Lost> {
        self.lock().lost.pop_front().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
