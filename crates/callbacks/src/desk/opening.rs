//! Parking a task.

use callback_bridge::{InvalidField, TaskCallbacks, TaskToken};

use super::Desk;
use crate::{
    Ask, Callback, CallbackId, CallbackStore, Clock, Outside, Request, State, Waiting, metrics,
    ports::{Parked, StoreError},
};

/// Why a task was not parked.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// What is asked, or when, cannot be: the task is to be failed with this.
    #[error("{0}")]
    Invalid(InvalidField),
    /// The table did not take it: the message is to come again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Desk<S, C, O, K> {
    /// Parks a task until what it asks is answered, and tells those who are asked. The same task twice is parked once. Once it
    /// is stored nothing fails: what could not be sent is left to the sweep.
    ///
    /// # Errors
    /// Only when it is not stored; see [`OpenError`].
    pub async fn open(&self, token: TaskToken, waiting: Waiting, ask: Ask) -> Result<CallbackId, OpenError> {
        let request = Request::new(waiting, ask).map_err(OpenError::Invalid)?;
        let id = request.id;
        if let Some(Err(unknown)) = request.webhook().map(|webhook| self.outside.check(webhook)) {
            // Destinations come and go: what was parked when there was this one may have been answered.
            return match self.store.load(id).await? {
                Some(_) => Ok(id),
                None => Err(OpenError::Invalid(unknown)),
            };
        }
        let state = State::new(&request, token, self.now());
        let callback = Callback { request, state };
        match self.store.park(&callback).await? {
            Parked::New => {
                metrics::step(metrics::Step::Opened);
                tracing::info!(callback.id = %id, "the task is parked");
                drop(Box::pin(self.work(callback)).await); // its errors are told where they are handled
            }
            Parked::Before => tracing::info!(callback.id = %id, "this task is parked already"),
        }
        Ok(id)
    }
}
