//! What callbacks need of the outside, in their own words. Adapters are in `callback-bridge-aws`.

mod inbound;
mod machines;
mod outside;
mod people;
mod table;

use jiff::Timestamp;

pub use inbound::{ExternalId, FirstReply, Inbound, InboundFrom, InboundKey, Kept};
pub use machines::{CallError, CallReply, LateAnswer, LateAnswers, OutgoingCall, ReportError, Webhooks};
pub use outside::{Nobody, Outbound, Outside};
pub use people::{Notifier, NotifyError, OutgoingNotice};
pub use table::{Callback, CallbackStore, Due, Parked, SHARDS, StoreError, Written};

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
