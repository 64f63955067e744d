//! What people order about a callback that is parked.

use callback_bridge::TaskCallbacks;

use super::{ChangeError, Desk, LEASE};
use crate::{Callback, CallbackId, CallbackStore, Clock, NotTaken, Outside, Status, ports::StoreError};

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is none of this id.
    #[error("there is no callback {0}: it never was, or it was settled long ago and is forgotten")]
    NoSuchCallback(CallbackId),
    /// Nobody can answer it any more.
    #[error("the callback {0} is not open any more: {1}")]
    NotOpen(CallbackId, NotTaken),
    /// The bridge asks nobody by itself.
    #[error("nobody is asked by the bridge about the callback {0}: whoever has got its URLs answers")]
    NobodyIsAsked(CallbackId),
    /// The destination is not called again.
    #[error("the destination has taken the call about the callback {0}, and is not called again")]
    CallTaken(CallbackId),
    /// There is nothing yet that Step Functions could be told.
    #[error("nothing is decided yet about the callback {0}: it waits for an answer")]
    Undecided(CallbackId),
    /// The table is in trouble; whether the order was carried out is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of the order to tell again.
#[derive(Debug)]
pub struct Resent {
    /// The callback as it is now.
    pub callback: Callback,
    /// Who was told again: their positions among those who are asked.
    pub told: Vec<u8>,
    /// Who was not, though they have not answered: others are at work on the callback and do it, or it did not go out and is
    /// tried again.
    pub not_told: Vec<u8>,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Desk<S, C, O, K> {
    /// The callback of this id as it is now, also when it is settled.
    ///
    /// # Errors
    /// When there is none, or the table cannot be read.
    pub async fn show(&self, id: CallbackId) -> Result<Callback, OrderError> {
        self.store.load(id).await?.ok_or(OrderError::NoSuchCallback(id))
    }

    /// Tells those again who are asked and have not answered, as reminders do. Whoever is being told, or was told since this
    /// was ordered, is not told twice. A destination is not called before the time that it has asked for.
    ///
    /// # Errors
    /// When nobody can answer any more, there is nobody to tell, or a destination has taken the call, which would take another
    /// one for new work or refuse it; see [`OrderError`].
    pub async fn resend(&self, id: CallbackId) -> Result<Resent, OrderError> {
        let seen = self.show(id).await?;
        let step = |callback: &Callback, now| {
            let again = callback.state.tell_again(&callback.request, &seen.state, now);
            let again = again.map_err(|not_taken| OrderError::NotOpen(id, not_taken))?;
            if seen.state.notices.is_empty() {
                return Err(OrderError::NobodyIsAsked(id));
            }
            if seen.state.is_called(&seen.request) {
                return Err(OrderError::CallTaken(id));
            }
            Ok(again)
        };
        let changed = self.change(id, seen.clone(), step).await.map_err(|error| of_change(error, id))?;
        let callback = self.worked(changed.callback).await?;
        let waiting = seen.state.notices.iter().filter(|(recipient, _)| !seen.state.answers.contains_key(recipient));
        let (mut told, mut not_told) = (Vec::new(), Vec::new());
        for (recipient, before) in waiting {
            let sent = callback.state.notices.get(recipient).map_or(0, |notice| notice.sent);
            let answered = callback.state.status != Status::Pending || callback.state.answers.contains_key(recipient);
            if sent != before.sent {
                told.push(*recipient);
            } else if !answered {
                not_told.push(*recipient);
            }
        }
        Ok(Resent { callback, told, not_told })
    }

    /// Has Step Functions told now what was decided, rather than when its next try is due. Returns the callback as it is then:
    /// settled, unless Step Functions did not take it, or others are telling it at this moment.
    ///
    /// # Errors
    /// When nothing is decided; see [`OrderError`].
    pub async fn settle(&self, id: CallbackId) -> Result<Callback, OrderError> {
        let callback = self.show(id).await?;
        let step = |callback: &Callback, now| match callback.state.status {
            Status::Pending => Err(OrderError::Undecided(id)),
            Status::Decided(_) | Status::Settled { .. } => Ok(callback.state.tell_now(LEASE, now)),
        };
        let changed = self.change(id, callback, step).await.map_err(|error| of_change(error, id))?;
        self.worked(changed.callback).await
    }

    /// Does what is due, and looks what became of it, perhaps by others who were quicker.
    async fn worked(&self, callback: Callback) -> Result<Callback, OrderError> {
        let id = callback.request.id;
        Box::pin(self.work(callback)).await?;
        self.show(id).await
    }
}

fn of_change(error: ChangeError<OrderError>, id: CallbackId) -> OrderError {
    match error {
        ChangeError::Refused(refused, _) => refused,
        ChangeError::Gone => OrderError::NoSuchCallback(id),
        ChangeError::Store(error) => OrderError::Store(error),
    }
}
