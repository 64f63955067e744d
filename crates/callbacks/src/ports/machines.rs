//! Calls to other systems, and what is to be known of their answers.

use std::time::Duration;

use callback_bridge::InvalidField;
use jiff::Timestamp;
use serde_json::Value;

use crate::{CapabilityLink, LateReason, MachineAnswer, Request, Source, Webhook};

/// A call to a registered destination.
#[derive(Debug)]
pub struct OutgoingCall<'a> {
    /// The task that waits. Its id is what the receiver knows repeated calls by.
    pub request: &'a Request,
    /// What is to be called, and with what.
    pub webhook: &'a Webhook,
    /// The receiver's way to answer, for nobody else.
    pub link: CapabilityLink,
}

/// What a destination replied that has taken a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallReply {
    /// Its body, if that is JSON.
    pub body: Option<Value>,
}

/// Why a destination has not taken a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It may take it later: it is called again.
    #[error("{reason}")]
    Again {
        /// What went wrong, in words for people; no secret, and nothing of a body.
        reason: String,
        /// How long it asks to be left alone.
        after: Option<Duration>,
    },
    /// It never will: the task is failed.
    #[error("{reason}")]
    Refused {
        /// Why, in words for people; no secret, and nothing of a body.
        reason: String,
    },
}

/// What calls other systems.
pub trait Webhooks: Send + Sync {
    /// Whether there is such a destination, and what it is to be sent can be.
    ///
    /// # Errors
    /// When there is not; the error names the field of the message.
    fn check(&self, webhook: &Webhook) -> Result<(), InvalidField>;

    /// Calls a destination, once.
    ///
    /// # Errors
    /// When it has not taken the call, as far as is known; see [`CallError`].
    fn call(&self, call: &OutgoingCall<'_>) -> impl Future<Output = Result<CallReply, CallError>> + Send;
}

/// An answer that came too late to matter.
#[derive(Debug)]
pub struct LateAnswer<'a> {
    /// The task that had waited.
    pub request: &'a Request,
    /// What was answered.
    pub answer: &'a MachineAnswer,
    /// How it came.
    pub source: &'a Source,
    /// Why it does not matter.
    pub reason: LateReason,
    /// When it came.
    pub at: Timestamp,
}

/// What tells others about answers that came too late, so that they can make up for it: what was paid for a task that nobody
/// waits for any more may have to be paid back.
pub trait LateAnswers: Send + Sync {
    /// Tells it.
    ///
    /// # Errors
    /// When it may not have been told.
    fn report(&self, late: &LateAnswer<'_>) -> impl Future<Output = Result<(), ReportError>> + Send;
}

/// Why a late answer was not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReportError(pub String);
