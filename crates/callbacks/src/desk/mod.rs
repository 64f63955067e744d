//! Where callbacks are opened, answered and looked after: the pure life, put together with the ports.

mod answering;
mod calling;
mod hearing;
mod listing;
mod opening;
mod orders;
mod sweeping;
#[cfg(test)]
mod tests;
mod urls;
mod working;

use std::time::Duration;

use jiff::Timestamp;

pub use answering::{AnswerError, Answered, LinkAnswer};
pub use hearing::{First, HearError};
pub use listing::{Filter, Kind, Listed, NotAPosition, Position, Standing};
pub use opening::OpenError;
pub use orders::{OrderError, Resent};
pub use sweeping::{SweepError, Swept};
pub use urls::CreateError;
pub use working::Worked;

use crate::{
    Ask, Callback, CallbackId, CallbackStore, CapabilityLink, Clock, LinkKeys, Recipient, State,
    ports::{StoreError, Written},
};

/// How long whoever takes up a callback has it to themselves: longer than any of the functions may take.
const LEASE: Duration = Duration::from_secs(90);

/// The one place where callbacks are changed. Every change is a pure step of their life, written on the condition that
/// nobody else has written in between.
#[derive(Debug)]
pub struct Desk<S, C, O, K> {
    store: S,
    callbacks: C,
    outside: O,
    clock: K,
    keys: LinkKeys,
}

impl<S: CallbackStore, C, O, K: Clock> Desk<S, C, O, K> {
    /// A desk over these ports; links are made and taken by `keys`.
    pub const fn new(store: S, callbacks: C, outside: O, clock: K, keys: LinkKeys) -> Self {
        Self { store, callbacks, outside, clock, keys }
    }

    /// What a link leads to, and whose it is. Every wrong link leads to the same nothing.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn look(&self, link: &str) -> Result<Option<(CapabilityLink, Callback)>, StoreError> {
        let Some(link) = self.verified(link) else { return Ok(None) };
        let callback = self.follow(&link).await?;
        Ok(callback.map(|callback| (link, callback)))
    }

    /// A link, if it proves itself. Nothing is read for that.
    #[must_use]
    pub fn verified(&self, link: &str) -> Option<CapabilityLink> {
        CapabilityLink::verified(link, &self.keys)
    }

    /// What a link leads to that proves itself, unless it was revoked.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn follow(&self, link: &CapabilityLink) -> Result<Option<Callback>, StoreError> {
        let callback = self.store.load(link.id()).await?;
        let leads = |callback: &Callback| {
            let asked = match (&callback.request.ask, link.recipient()) {
                (Ask::Approval(approval), Recipient::Approver(approver)) => {
                    usize::from(approver) < approval.approvers.len()
                }
                (Ask::Webhook(_), Recipient::Destination) | (Ask::Urls {}, Recipient::Action { .. }) => true,
                (Ask::Approval(_) | Ask::Urls {}, Recipient::Destination)
                | (Ask::Webhook(_) | Ask::Urls {}, Recipient::Approver(_))
                | (Ask::Approval(_) | Ask::Webhook(_), Recipient::Action { .. }) => false,
            };
            asked && link.generation() == callback.state.generation
        };
        Ok(callback.filter(leads))
    }

    /// What time it is, by the clock of the desk.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Makes a step and writes it; again with what somebody else wrote in between, until it is written or there is no step
    /// to make. Returns the callback as it is then.
    async fn change<E>(
        &self,
        id: CallbackId,
        mut callback: Callback,
        step: impl Fn(&Callback, Timestamp) -> Result<Option<State>, E>,
    ) -> Result<Changed, ChangeError<E>> {
        loop {
            let next = match step(&callback, self.now()) {
                Ok(Some(next)) => next,
                Ok(None) => return Ok(Changed { callback, written: false }),
                Err(refused) => return Err(ChangeError::Refused(refused, Box::new(callback))),
            };
            let next = State { version: callback.state.version + 1, ..next };
            if self.store.write(id, &next).await.map_err(ChangeError::Store)? == Written::Done {
                return Ok(Changed { callback: Callback { state: next, ..callback }, written: true });
            }
            callback = self.store.load(id).await.map_err(ChangeError::Store)?.ok_or(ChangeError::Gone)?;
        }
    }
}

struct Changed {
    callback: Callback,
    written: bool,
}

enum ChangeError<E> {
    Refused(E, Box<Callback>),
    Gone,
    Store(StoreError),
}

/// A decision's own name: random, so that no two are alike.
fn decision_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}
