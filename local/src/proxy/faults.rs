//! What can go wrong with a call.

use std::time::Duration;

/// What is to go wrong with a call, and at which point: before it is passed on, so that it is not carried out, or before
/// the caller gets the reply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallFault {
    /// The call is not passed on; the reply says that it is refused, as AWS says it in its JSON protocols.
    Refuse {
        /// The status of the reply.
        status: u16,
        /// The error code, with or without a namespace before a `#`.
        code: &'static str,
    },
    /// The connection is reset, and the call not passed on.
    ResetBeforeCall,
    /// The caller is killed, and the call not passed on: the caller's work is done, its result not told.
    KillBeforeCall,
    /// The connection is reset when the call has been carried out: its reply is lost.
    ResetBeforeReply,
    /// The caller is killed when the call has been carried out, before it hears of that.
    KillBeforeReply,
    /// The call is carried out, and its reply comes this much later.
    SlowReply(Duration),
    /// The call is carried out, and its reply is held back until the fault is taken back, so that has to be a lasting one.
    HoldReply,
}

impl CallFault {
    /// The service throttles, as Step Functions does: with a 400.
    #[must_use]
    pub const fn throttle() -> Self {
        Self::refuse(400, "com.amazon.coral.availability#ThrottlingException")
    }

    /// The service refuses with this status and code, as with 400 and `AccessDeniedException`.
    #[must_use]
    pub const fn refuse(status: u16, code: &'static str) -> Self {
        Self::Refuse { status, code }
    }
}
