//! What a reply of Step Functions to an answer means for us.

/// Why Step Functions, or the way to it, did not accept a call.
///
/// An adapter maps error codes to this; everything after it is decided here, without an SDK.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `TaskTimedOut`: the attempt has had its answer, timed out, was retried, or its execution ended.
    #[error("the task has timed out, was answered already, or its execution has ended (TaskTimedOut)")]
    TaskTimedOut,
    /// `TaskDoesNotExist`.
    #[error("the task does not exist (TaskDoesNotExist)")]
    TaskDoesNotExist,
    /// `InvalidToken`: Step Functions of this account and region never minted it.
    #[error("the token is not one of this account and region (InvalidToken)")]
    InvalidToken,
    /// `InvalidOutput` or `ValidationException`: what was sent, not the task, is at fault.
    #[error("what was sent is not valid ({code})")]
    InvalidAnswer {
        /// The error code.
        code: String,
    },
    /// Throttling, by Step Functions or by KMS.
    #[error("throttled ({code})")]
    Throttled {
        /// The error code.
        code: String,
    },
    /// Access denied, or the key of the state machine refused or disabled.
    #[error(
        "access denied ({code}): check the function's grants for states:SendTask*, the state machine's KMS key, and the role in a task's other account"
    )]
    Denied {
        /// The error code.
        code: String,
    },
    /// No reply, or one that says that the service is at fault: the call may have been carried out.
    #[error("no usable reply ({reason})")]
    Unheard {
        /// A timeout, a broken connection, or the code of a server error.
        reason: String,
    },
    /// The call could not be sent at all.
    #[error("the call could not be made ({reason})")]
    Unsent {
        /// What is missing.
        reason: String,
    },
    /// A code that is not known here.
    #[error("an unknown error code ({code})")]
    Unrecognised {
        /// The error code.
        code: String,
    },
}

/// What is done about a task after a reply to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Disposition {
    /// The answer was accepted.
    Settled,
    /// Nobody waits for the answer any more.
    Closed,
    /// Nobody waits any more, and it may be because an earlier try of ours, whose reply was lost, was accepted.
    Unknown,
    /// Not now: try again.
    Retry,
    /// This answer will never be accepted; another one can be.
    Rejected,
    /// No answer can be given with this token here. In another region or account it may be: kept for the terminal queue.
    BadToken,
    /// We lack a grant: kept until somebody gives it.
    Denied,
}

impl Disposition {
    /// The one table. `unheard_before`: an earlier try of the same answer had no reply that could be heard, so that it
    /// may have been accepted.
    #[must_use]
    pub fn of(reply: &Result<(), Refusal>, unheard_before: bool) -> Self {
        match reply {
            Ok(()) => Self::Settled,
            Err(Refusal::TaskTimedOut | Refusal::TaskDoesNotExist) if unheard_before => Self::Unknown,
            Err(Refusal::TaskTimedOut | Refusal::TaskDoesNotExist) => Self::Closed,
            Err(Refusal::InvalidToken) => Self::BadToken,
            Err(Refusal::InvalidAnswer { .. }) => Self::Rejected,
            Err(Refusal::Denied { .. }) => Self::Denied,
            Err(
                Refusal::Throttled { .. }
                | Refusal::Unheard { .. }
                | Refusal::Unsent { .. }
                | Refusal::Unrecognised { .. },
            ) => Self::Retry,
        }
    }

    /// The name, for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
            Self::Retry => "retry",
            Self::Rejected => "rejected",
            Self::BadToken => "bad token",
            Self::Denied => "denied",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One of each.
    pub(crate) fn refusals(code: &str) -> [Refusal; 9] {
        let code = || code.to_owned();
        [
            Refusal::TaskTimedOut,
            Refusal::TaskDoesNotExist,
            Refusal::InvalidToken,
            Refusal::InvalidAnswer { code: code() },
            Refusal::Throttled { code: code() },
            Refusal::Denied { code: code() },
            Refusal::Unheard { reason: code() },
            Refusal::Unsent { reason: code() },
            Refusal::Unrecognised { code: code() },
        ]
    }

    #[test]
    fn every_reply_has_its_disposition() {
        let code = || "X".to_owned();
        let table = [
            (Ok(()), Disposition::Settled, Disposition::Settled),
            (Err(Refusal::TaskTimedOut), Disposition::Closed, Disposition::Unknown),
            (Err(Refusal::TaskDoesNotExist), Disposition::Closed, Disposition::Unknown),
            (Err(Refusal::InvalidToken), Disposition::BadToken, Disposition::BadToken),
            (Err(Refusal::InvalidAnswer { code: code() }), Disposition::Rejected, Disposition::Rejected),
            (Err(Refusal::Throttled { code: code() }), Disposition::Retry, Disposition::Retry),
            (Err(Refusal::Denied { code: code() }), Disposition::Denied, Disposition::Denied),
            (Err(Refusal::Unheard { reason: code() }), Disposition::Retry, Disposition::Retry),
            (Err(Refusal::Unsent { reason: code() }), Disposition::Retry, Disposition::Retry),
            (Err(Refusal::Unrecognised { code: code() }), Disposition::Retry, Disposition::Retry),
        ];
        for (reply, first, after_an_unheard_try) in table {
            assert_eq!(Disposition::of(&reply, false), first, "{reply:?}");
            assert_eq!(Disposition::of(&reply, true), after_an_unheard_try, "{reply:?} after an unheard try");
        }
    }

    proptest! {
        #[test]
        fn an_unheard_try_matters_only_where_a_task_is_closed_and_a_code_nowhere(code in "\\PC{0,40}") {
            for (refusal, other) in refusals(&code).into_iter().zip(refusals("X")) {
                let (reply, other) = (Err(refusal), Err(other));
                let (first, later) = (Disposition::of(&reply, false), Disposition::of(&reply, true));
                prop_assert_eq!(first, Disposition::of(&other, false));
                prop_assert_eq!(later, Disposition::of(&other, true));
                prop_assert_eq!(first != later, first == Disposition::Closed);
                prop_assert_eq!(first != later, later == Disposition::Unknown);
            }
        }
    }
}
