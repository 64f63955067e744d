#![doc = include_str!("../README.md")]

mod approval;
mod ask;
mod desk;
mod id;
mod life;
mod link;
pub mod machines;
pub mod metrics;
pub mod notices;
pub mod outcomes;
pub mod pages;
mod ports;
mod request;
pub mod signed;
pub mod stored;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;
pub mod urls;
mod webhook;

pub use approval::{Approval, Approver, Channel, CommentRule, Detail, OnReject, Then};
pub use ask::Ask;
pub use desk::{
    AnswerError, Answered, CreateError, Desk, Filter, First, HearError, Kind, LinkAnswer, Listed, NotAPosition,
    OpenError, OrderError, Position, Resent, Standing, SweepError, Swept, Worked,
};
pub use id::{CallbackId, NotAnId};
pub use life::{
    Choice, Claim, Decision, Duty, GivenAnswer, LateReason, MachineAnswer, NotTaken, Notice, NoticeKind, Outcome,
    PersonAnswer, Source, State, Status, Taken, Untold, Withdrawal,
};
pub use link::{CapabilityLink, KeysError, LinkKeys, Recipient};
pub use ports::{
    CallError, CallReply, Callback, CallbackStore, Clock, Due, ExternalId, FirstReply, Inbound, InboundFrom,
    InboundKey, Kept, LateAnswer, LateAnswers, Nobody, Notifier, NotifyError, Outbound, OutgoingCall, OutgoingNotice,
    Outside, Parked, ReportError, SHARDS, StoreError, Webhooks, Written,
};
pub use request::{Request, Waiting};
pub use webhook::Webhook;
