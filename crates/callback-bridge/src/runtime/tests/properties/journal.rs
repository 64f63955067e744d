//! What the runtime asks of the world.

use std::time::Duration;

use tokio::time::Instant;

use crate::{Answer, Refusal};

/// Something that the runtime asked for, about the message at `position`.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) position: usize,
    pub(super) what: What,
    pub(super) began: Instant,
    /// When it came to its end or was dropped; nothing while it goes on.
    pub(super) ended: Option<Instant>,
    /// What came of it, unless it was dropped before. Work always comes to `Ok`, whatever its output.
    pub(super) heard: Option<Result<(), Refusal>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// With the time that the worker was told to be done by.
    Work(Instant),
    Heartbeat,
    Answer(Answer),
    Redelivery(Duration),
    /// To the terminal queue.
    Forward,
}

impl Entry {
    /// When it came to its end.
    pub(super) fn ended(&self) -> Instant {
        self.ended.expect("everything ends with the invocation")
    }

    /// Whether Step Functions was called.
    pub(super) fn is_call(&self) -> bool {
        self.is_answer() || self.what == What::Heartbeat
    }

    pub(super) fn is_answer(&self) -> bool {
        self.answer().is_some()
    }

    pub(super) fn answer(&self) -> Option<&Answer> {
        match &self.what {
            What::Answer(answer) => Some(answer),
            What::Work(_) | What::Heartbeat | What::Redelivery(_) | What::Forward => None,
        }
    }

    pub(super) fn is_taken_by_the_terminal_queue(&self) -> bool {
        self.what == What::Forward && self.heard == Some(Ok(()))
    }

    pub(super) fn is_accepted_answer(&self) -> bool {
        self.is_answer() && self.heard == Some(Ok(()))
    }

    /// Step Functions said that nobody waits any more.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.heard, Some(Err(Refusal::TaskTimedOut | Refusal::TaskDoesNotExist)))
    }

    pub(super) fn is_bad_token(&self) -> bool {
        self.heard == Some(Err(Refusal::InvalidToken))
    }

    pub(super) fn is_denied(&self) -> bool {
        matches!(self.heard, Some(Err(Refusal::Denied { .. })))
    }

    pub(super) fn is_invalid(&self) -> bool {
        matches!(self.heard, Some(Err(Refusal::InvalidAnswer { .. })))
    }

    /// Nothing was heard that would tell whether the call was carried out.
    pub(super) fn is_unheard(&self) -> bool {
        matches!(self.heard, None | Some(Err(Refusal::Unheard { .. })))
    }

    /// The same call may be accepted later.
    pub(super) fn is_worth_another_try(&self) -> bool {
        let later = |refusal: &Refusal| {
            matches!(refusal, Refusal::Throttled { .. } | Refusal::Unsent { .. } | Refusal::Unrecognised { .. })
        };
        self.is_unheard() || matches!(&self.heard, Some(Err(refusal)) if later(refusal))
    }
}
