//! A table in memory, a notifier that remembers, and a clock that stands still, for tests.

mod contract;

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub use contract::keeps_the_contract;
use jiff::Timestamp;

use crate::{
    Callback, CallbackId, CallbackStore, Clock, Notifier, NotifyError, OutgoingNotice, Parked, State, StoreError,
    Written,
};

/// A table in memory. Each call lets others go first once, as one over a network does.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    callbacks: Arc<Mutex<BTreeMap<CallbackId, Callback>>>,
    /// The next writes whose replies are lost; each is carried out or not.
    lost: Arc<Mutex<VecDeque<Lost>>>,
    unreadable: Arc<Mutex<HashSet<CallbackId>>>,
}

/// What becomes of a write whose reply is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It was carried out.
    Written,
    /// It was not.
    NotWritten,
}

impl MemoryStore {
    /// Loses the replies to the next writes.
    #[must_use]
    pub fn losing(self, replies: impl IntoIterator<Item = Lost>) -> Self {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).extend(replies);
        self
    }

    /// Cannot read these callbacks from now on.
    pub fn spoil(&self, ids: impl IntoIterator<Item = CallbackId>) {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
    }

    /// A callback as it is now.
    #[must_use]
    pub fn get(&self, id: CallbackId) -> Option<Callback> {
        self.lock().get(&id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CallbackId, Callback>> {
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_loss(&self) -> Option<Lost> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl CallbackStore for MemoryStore {
    async fn park(&self, callback: &Callback) -> Result<Parked, StoreError> {
        tokio::task::yield_now().await;
        let loss = self.next_loss();
        let mut callbacks = self.lock();
        let parked = if callbacks.contains_key(&callback.request.id) { Parked::Before } else { Parked::New };
        if parked == Parked::New && loss != Some(Lost::NotWritten) {
            callbacks.insert(callback.request.id, callback.clone());
        }
        loss.map_or(Ok(parked), |_| Err(StoreError("the reply was lost".to_owned())))
    }

    async fn load(&self, id: CallbackId) -> Result<Option<Callback>, StoreError> {
        tokio::task::yield_now().await;
        if self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).contains(&id) {
            return Err(StoreError("it cannot be read".to_owned()));
        }
        Ok(self.get(id))
    }

    async fn write(&self, id: CallbackId, next: &State) -> Result<Written, StoreError> {
        tokio::task::yield_now().await;
        let loss = self.next_loss();
        let written = match self.lock().get_mut(&id) {
            Some(callback) if callback.state.version + 1 == next.version => {
                if loss != Some(Lost::NotWritten) {
                    callback.state = next.clone();
                }
                Written::Done
            }
            _ => Written::Conflict,
        };
        loss.map_or(Ok(written), |_| Err(StoreError("the reply was lost".to_owned())))
    }

    async fn due(&self, shard: u8, now: Timestamp, most: u16) -> Result<Vec<CallbackId>, StoreError> {
        tokio::task::yield_now().await;
        let callbacks = self.lock();
        let mut due: Vec<(Timestamp, CallbackId)> = callbacks
            .values()
            .filter(|callback| callback.request.id.shard() == shard)
            .filter_map(|callback| Some((callback.state.due_at.filter(|at| *at <= now)?, callback.request.id)))
            .collect();
        due.sort_unstable();
        Ok(due.into_iter().map(|(_, id)| id).take(usize::from(most)).collect())
    }
}

/// A notifier that sends nothing, and remembers what it was to send.
#[derive(Debug, Clone, Default)]
pub struct RecordingNotifier {
    sent: Arc<Mutex<Vec<SentNotice>>>,
    failing: Arc<Mutex<Vec<String>>>,
}

/// A notice that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentNotice {
    /// To whom.
    pub address: String,
    /// What stands in its link behind `/c/`.
    pub link: String,
    /// Whether it reminds.
    pub reminder: bool,
}

impl RecordingNotifier {
    /// Lets notices to this address fail from now on.
    pub fn fail(&self, address: &str) {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).push(address.to_owned());
    }

    /// Lets all notices go out from now on.
    pub fn recover(&self) {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What has gone out so far.
    #[must_use]
    pub fn sent(&self) -> Vec<SentNotice> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Notifier for RecordingNotifier {
    async fn send(&self, notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        tokio::task::yield_now().await;
        let address = notice.approver.address.clone();
        if self.failing.lock().unwrap_or_else(PoisonError::into_inner).contains(&address) {
            return Err(NotifyError("as the test wants it".to_owned()));
        }
        let reminder = notice.kind == crate::NoticeKind::Reminder;
        let sent = SentNotice { address, link: notice.link.secret(), reminder };
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
        Ok(())
    }
}

/// A clock that stands still until it is put forward.
#[derive(Debug, Clone)]
pub struct StoppedClock(Arc<Mutex<Timestamp>>);

impl StoppedClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Puts it forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).unwrap_or(*now);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
