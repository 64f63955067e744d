#![doc = include_str!("../README.md")]

mod approval;
mod id;
mod life;
mod link;
mod request;

pub use approval::{Approval, Approver, Channel, CommentRule, Detail, OnReject, Then};
pub use id::{CallbackId, NotAnId};
pub use life::{
    Choice, Decision, Duty, GivenAnswer, Leased, NotTaken, Notice, NoticeKind, Outcome, PersonAnswer, State, Status,
    Taken,
};
pub use link::{CapabilityLink, KeysError, LinkKeys, Recipient};
pub use request::{Request, Waiting};
