//! What callbacks need of the outside, in their own words. Adapters are in `callback-bridge-aws`.

use jiff::Timestamp;

use crate::{Approver, CallbackId, CapabilityLink, NoticeKind, Request, State};

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
}

/// How many shards the index of what is due has.
pub const SHARDS: u8 = 8;

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
#[error("the table of callbacks: {0}")]
pub struct StoreError(pub String);

/// A notice to one approver.
#[derive(Debug)]
pub struct OutgoingNotice<'a> {
    /// What they are asked.
    pub request: &'a Request,
    /// Who they are.
    pub approver: &'a Approver,
    /// Whether they are asked or reminded.
    pub kind: NoticeKind,
    /// Their way to the question, for nobody else.
    pub link: CapabilityLink,
}

/// What brings notices to people: mail, chat.
pub trait Notifier: Send + Sync {
    /// Sends a notice.
    ///
    /// # Errors
    /// When it may not have gone out. It is tried again later.
    fn send(&self, notice: &OutgoingNotice<'_>) -> impl Future<Output = Result<(), NotifyError>> + Send;
}

/// Why a notice did not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotifyError(pub String);

/// For a desk that tells nobody: whoever only takes answers has nothing to do with notices, which are others' duty.
#[derive(Debug, Clone, Copy)]
pub struct NoNotices;

impl Notifier for NoNotices {
    async fn send(&self, _notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        Err(NotifyError("this function tells nobody".to_owned()))
    }
}

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
