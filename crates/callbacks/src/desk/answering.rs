//! Answers that come by a link, and withdrawals.

use std::time::Duration;

use callback_bridge::TaskCallbacks;
use tokio::time::timeout;

use super::{ChangeError, Desk, decision_id};
use crate::{
    Callback, CallbackId, CallbackStore, CapabilityLink, Choice, Clock, GivenAnswer, NotTaken, Outside, Recipient,
    Taken, Withdrawal, metrics, ports::StoreError,
};

/// How long somebody waits for Step Functions after their decision is recorded.
const AT_ONCE: Duration = Duration::from_secs(5);

/// An answer that was taken, now or before.
#[derive(Debug)]
pub struct Answered {
    /// The callback as it is now.
    pub callback: Callback,
    /// Whether it had been taken before.
    pub before: bool,
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// It was not taken; the callback is as it is now.
    #[error("{0}")]
    NotTaken(NotTaken, Box<Callback>),
    /// The callback is gone from the table.
    #[error("it does not exist any more")]
    Gone,
    /// The table is in trouble; whether the answer was taken is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What somebody who opened a link answers.
#[derive(Debug, Clone)]
pub struct LinkAnswer {
    /// What was chosen.
    pub choice: Choice,
    /// Why.
    pub comment: Option<String>,
    /// The digest of what was shown.
    pub shown: String,
    /// Who signed in, where people have to.
    pub signed_in_as: Option<String>,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Desk<S, C, O, K> {
    /// Takes an answer to what a link [led to](Desk::look), and tells Step Functions at once if that decides. Once it is stored
    /// nothing fails: what Step Functions did not take is left to the sweep.
    ///
    /// # Errors
    /// When it was not taken, or nobody knows whether it was; see [`AnswerError`].
    pub async fn answer(
        &self,
        link: &CapabilityLink,
        callback: Callback,
        answer: LinkAnswer,
    ) -> Result<Answered, AnswerError> {
        let decision_id = decision_id();
        let recipient = link.recipient();
        let step = |callback: &Callback, now| {
            let LinkAnswer { choice, comment, shown, signed_in_as } = answer.clone();
            let Recipient::Approver(approver) = recipient else { return Err(NotTaken::Unknown) };
            let given = GivenAnswer { approver, signed_in_as, choice, comment, shown };
            match callback.state.answer(&callback.request, given, &decision_id, now)? {
                Taken::New(state) => Ok(Some(*state)),
                Taken::Before => Ok(None),
            }
        };
        let changed = self.change(link.id(), callback, step).await.map_err(|error| match error {
            ChangeError::Refused(not_taken, callback) => AnswerError::NotTaken(not_taken, callback),
            ChangeError::Gone => AnswerError::Gone,
            ChangeError::Store(error) => AnswerError::Store(error),
        })?;
        let before = !changed.written;
        let callback = if before { changed.callback } else { self.settled(changed.callback).await };
        Ok(Answered { callback, before })
    }

    /// Ends a question without the answer of the people who were asked. Returns the callback as it is now, which has another
    /// decision if one was made before; nothing if there is none of this id.
    ///
    /// # Errors
    /// When the table is in trouble; whether it was withdrawn is not known, and it can be withdrawn again.
    pub async fn withdraw(&self, id: CallbackId, withdrawal: &Withdrawal) -> Result<Option<Callback>, StoreError> {
        let Some(callback) = self.store.load(id).await? else { return Ok(None) };
        let decision_id = decision_id();
        let step = |callback: &Callback, now| Ok(callback.state.withdraw(withdrawal, &decision_id, now));
        match self.change::<std::convert::Infallible>(id, callback, step).await {
            Ok(changed) if changed.written => Ok(Some(self.settled(changed.callback).await)),
            Ok(changed) => Ok(Some(changed.callback)),
            Err(ChangeError::Gone) => Ok(None),
            Err(ChangeError::Refused(never, _)) => match never {},
            Err(ChangeError::Store(error)) => Err(error),
        }
    }

    /// Has Step Functions told what was decided by what was just written, as far as that works at once.
    pub(super) async fn settled(&self, callback: Callback) -> Callback {
        let Some(decision) = callback.state.decision() else { return callback };
        metrics::step(&decision.outcome);
        match timeout(AT_ONCE, Box::pin(self.work(callback.clone()))).await {
            Ok(Ok(worked)) => worked.callback,
            // Told where it was handled, or too slow for somebody who waits; the sweep goes on with it.
            Ok(Err(_)) | Err(_) => callback,
        }
    }
}
