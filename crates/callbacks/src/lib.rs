#![doc = include_str!("../README.md")]

mod approval;
mod desk;
mod id;
mod life;
mod link;
pub mod metrics;
pub mod notices;
pub mod outcomes;
pub mod pages;
mod ports;
mod request;
pub mod stored;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;

pub use approval::{Approval, Approver, Channel, CommentRule, Detail, OnReject, Then};
pub use desk::{AnswerError, Answered, Desk, LinkAnswer, OpenError, SweepError, Swept, Worked};
pub use id::{CallbackId, NotAnId};
pub use life::{
    Choice, Claim, Decision, Duty, GivenAnswer, NotTaken, Notice, NoticeKind, Outcome, PersonAnswer, State, Status,
    Taken, Withdrawal,
};
pub use link::{CapabilityLink, KeysError, LinkKeys, Recipient};
pub use ports::{
    Callback, CallbackStore, Clock, NoNotices, Notifier, NotifyError, OutgoingNotice, Parked, SHARDS, StoreError,
    Written,
};
pub use request::{Request, Waiting};
