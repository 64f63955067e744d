//! The table of callbacks.

use jiff::Timestamp;

use super::{ExternalId, FirstReply, Inbound, InboundKey, Kept};
use crate::{
    CallbackId, Request, State,
    urls::{Actions, TransactionId},
};

/// A callback as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Callback {
    /// What was asked; it never changes.
    pub request: Request,
    /// What has become of it so far.
    pub state: State,
}

/// The table of callbacks.
pub trait CallbackStore: Send + Sync {
    /// Writes a new callback, unless one of its id is there.
    ///
    /// # Errors
    /// When it may not have been written.
    fn park(&self, callback: &Callback) -> impl Future<Output = Result<Parked, StoreError>> + Send;

    /// Reads a callback as it is now, not as it was a moment ago.
    ///
    /// # Errors
    /// When it could not be read.
    fn load(&self, id: CallbackId) -> impl Future<Output = Result<Option<Callback>, StoreError>> + Send;

    /// Writes a state that was made of the one with the version before, unless somebody has written in between. A write
    /// that was tried again knows its own success.
    ///
    /// # Errors
    /// When it may not have been written.
    fn write(&self, id: CallbackId, next: &State) -> impl Future<Output = Result<Written, StoreError>> + Send;

    /// The callbacks of a shard that are due, the longest due first; `most` at most.
    ///
    /// # Errors
    /// When they could not be read.
    fn due(
        &self,
        shard: u8,
        now: Timestamp,
        most: u16,
    ) -> impl Future<Output = Result<Vec<CallbackId>, StoreError>> + Send;

    /// All callbacks of a shard about which something is to be done at some time, behind one of them, the soonest first; `most` at
    /// most, and none only at the end.
    ///
    /// # Errors
    /// When they could not be read.
    fn upcoming(
        &self,
        shard: u8,
        after: Option<Due>,
        most: u16,
    ) -> impl Future<Output = Result<Vec<Due>, StoreError>> + Send;

    /// Keeps what a machine has sent, unless something of its key is there. Where it is [about](Inbound::about) a task, it is
    /// kept for whoever [correlates](Self::correlate) that task later, too.
    ///
    /// # Errors
    /// When it may not have been kept.
    fn keep(&self, inbound: &Inbound) -> impl Future<Output = Result<Kept, StoreError>> + Send;

    /// Puts the reply beside what was [kept](Self::keep), so that it is given again when the same comes again.
    ///
    /// # Errors
    /// When it may not have been written.
    fn replied(&self, key: &InboundKey, reply: &FirstReply) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes which callback somebody else's name for a task belongs to, the newest taking the place of one before, and then
    /// reads what was kept about it since then, in the order in which it came. That another callback loses its name is logged.
    /// Whoever keeps something and then asks for [the callback](Self::correlated), and whoever correlates, cannot both miss
    /// the other.
    ///
    /// # Errors
    /// When it may not have been written, or what was kept cannot be read.
    fn correlate(
        &self,
        external: &ExternalId,
        id: CallbackId,
        since: Timestamp,
    ) -> impl Future<Output = Result<Vec<Inbound>, StoreError>> + Send;

    /// Writes what the URLs of a call mean, by its transaction id. It may be forgotten some time after `until`.
    ///
    /// # Errors
    /// When it may not have been written.
    fn keep_actions(
        &self,
        id: CallbackId,
        actions: &Actions,
        until: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What the URLs of a call mean.
    ///
    /// # Errors
    /// When it could not be read.
    fn actions(
        &self,
        id: CallbackId,
        set: TransactionId,
    ) -> impl Future<Output = Result<Option<Actions>, StoreError>> + Send;

    /// The callback that somebody else's name for a task belongs to, as it is now.
    ///
    /// # Errors
    /// When it could not be read.
    fn correlated(&self, external: &ExternalId) -> impl Future<Output = Result<Option<CallbackId>, StoreError>> + Send;
}

/// How many shards the index of what is due has.
pub const SHARDS: u8 = 8;

/// An entry of the index of what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When something is to be done.
    pub at: Timestamp,
    /// About which callback.
    pub id: CallbackId,
}

/// What became of a new callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parked {
    /// It is stored now.
    New,
    /// It was stored before: its message was delivered twice.
    Before,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is stored now.
    Done,
    /// Somebody else has written in between: read, and think again.
    Conflict,
}

/// Why the table did not do what it was asked, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It did not reply, or refused the call: it may do it later.
    #[error("the table of callbacks: {0}")]
    Unavailable(String),
    /// What it has is not what this version has written, or understands.
    #[error("the table of callbacks: {0}")]
    Unreadable(String),
}
