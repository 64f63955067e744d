//! Answers of machines.

use callback_bridge::{Disposition, TaskCallbacks, metrics::Reply};
use jiff::Timestamp;
use tracing::{error, info, warn};

use super::{Answered, ChangeError, Desk, decision_id, working::task};
use crate::{
    Callback, CallbackStore, Clock, ExternalId, FirstReply, Inbound, InboundKey, Kept, LateAnswer, LateReason,
    MachineAnswer, NotTaken, Outside, ReportError, Source, Taken,
    machines::Said,
    metrics::{self, Told},
    ports::StoreError,
};

/// Why what a machine said was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HearError {
    /// It was not taken; the callback is as it is now. If it was an answer, it was told as late.
    #[error("{0}")]
    NotTaken(NotTaken, Box<Callback>),
    /// The callback is gone from the table.
    #[error("it does not exist any more")]
    Gone,
    /// The table is in trouble; whether it was taken is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Step Functions has not taken the heartbeat.
    #[error("Step Functions has not taken the heartbeat")]
    NotBeaten,
    /// It came too late, and that could not be told.
    #[error("it came too late, and that could not be told: {0}")]
    NotReported(#[from] ReportError),
}

/// Whether something comes for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum First {
    /// It does, or nobody has replied to it yet.
    New,
    /// It came before, and this was the reply.
    Again(FirstReply),
    /// Something else came by its key before.
    Other,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Desk<S, C, O, K> {
    /// Takes what a machine says: an answer, or a heartbeat.
    ///
    /// # Errors
    /// When it was not taken, or nobody knows whether it was; see [`HearError`].
    pub async fn take(&self, callback: Callback, said: &Said, source: &Source) -> Result<Answered, HearError> {
        match said {
            Said::Answer(answer) => self.hear(callback, answer, source).await,
            Said::Heartbeat => self.beat(callback).await.map(|callback| Answered { callback, before: false }),
        }
    }

    /// Takes the answer of a machine, and tells Step Functions at once. Once it is stored nothing fails: what Step Functions
    /// did not take is left to the sweep.
    ///
    /// # Errors
    /// When it was not taken, or nobody knows whether it was; see [`HearError`].
    pub async fn hear(
        &self,
        callback: Callback,
        answer: &MachineAnswer,
        source: &Source,
    ) -> Result<Answered, HearError> {
        let (id, decision_id) = (callback.request.id, decision_id());
        let step = |callback: &Callback, now| match callback.state.hear(
            &callback.request,
            answer,
            source,
            &decision_id,
            now,
        )? {
            Taken::New(state) => Ok(Some(*state)),
            Taken::Before => Ok(None),
        };
        match self.change(id, callback, step).await {
            Ok(changed) if changed.written => {
                Ok(Answered { callback: self.settled(changed.callback).await, before: false })
            }
            Ok(changed) => Ok(Answered { callback: changed.callback, before: true }),
            Err(ChangeError::Refused(not_taken, callback)) => {
                self.late(&callback, answer, source, LateReason::of(&not_taken), self.now()).await?;
                Err(HearError::NotTaken(not_taken, callback))
            }
            Err(ChangeError::Gone) => Err(HearError::Gone),
            Err(ChangeError::Store(error)) => Err(HearError::Store(error)),
        }
    }

    /// Tells Step Functions that a machine is still at work. That nobody waits any more ends the callback.
    ///
    /// # Errors
    /// When it was not taken; see [`HearError`].
    pub async fn beat(&self, callback: Callback) -> Result<Callback, HearError> {
        if let Err(not_taken) = callback.state.waits(&callback.request, self.now()) {
            return Err(HearError::NotTaken(not_taken, Box::new(callback)));
        }
        let disposition = self.heartbeat(&callback).await;
        match disposition {
            Disposition::Settled => Ok(callback),
            Disposition::Retry | Disposition::Rejected | Disposition::Denied => Err(HearError::NotBeaten),
            Disposition::Closed | Disposition::Unknown | Disposition::BadToken => {
                let step = |callback: &Callback, now| {
                    let next = callback.state.beaten(&callback.request, disposition, now);
                    Ok::<_, std::convert::Infallible>((next != callback.state).then_some(next))
                };
                match self.change(callback.request.id, callback, step).await {
                    Ok(changed) => {
                        if changed.written {
                            metrics::step(metrics::Step::Abandoned);
                        }
                        let waits = changed.callback.state.waits(&changed.callback.request, self.now());
                        Err(HearError::NotTaken(
                            waits.err().unwrap_or(NotTaken::NobodyWaits),
                            Box::new(changed.callback),
                        ))
                    }
                    Err(ChangeError::Refused(never, _)) => match never {},
                    Err(ChangeError::Gone) => Err(HearError::Gone),
                    Err(ChangeError::Store(error)) => Err(HearError::Store(error)),
                }
            }
        }
    }

    /// Sends a heartbeat to Step Functions.
    pub(super) async fn heartbeat(&self, callback: &Callback) -> Disposition {
        let Some(task) = task(callback) else { return Disposition::Closed };
        let reply = self.callbacks.heartbeat(task).await;
        Reply::count(&reply);
        let disposition = Disposition::of(&reply, false);
        if let Err(error) = reply {
            warn!(callback.id = %callback.request.id, disposition = disposition.as_str(), %error, "a heartbeat was not accepted");
        }
        disposition
    }

    /// Keeps what a machine has sent, and says whether it came before.
    ///
    /// # Errors
    /// When the table is in trouble.
    pub async fn keep(&self, inbound: &Inbound) -> Result<First, StoreError> {
        Ok(match self.store.keep(inbound).await? {
            Kept::Before { digest, .. } if digest != inbound.digest => First::Other,
            Kept::Before { reply: Some(reply), .. } => First::Again(reply),
            Kept::New | Kept::Before { reply: None, .. } => First::New,
        })
    }

    /// Puts down what was replied to something that is kept. That it could not be only means that it is worked out again.
    pub async fn replied(&self, key: &InboundKey, reply: &FirstReply) {
        if let Err(error) = self.store.replied(key, reply).await {
            warn!(%error, "a reply could not be kept");
        }
    }

    /// The callback that somebody else's name for a task belongs to, if it is known yet.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find(&self, external: &ExternalId) -> Result<Option<Callback>, StoreError> {
        match self.store.correlated(external).await? {
            Some(id) => self.store.load(id).await,
            None => Ok(None),
        }
    }

    /// Tells that an answer came too late to matter.
    pub(super) async fn late(
        &self,
        callback: &Callback,
        answer: &MachineAnswer,
        source: &Source,
        reason: LateReason,
        at: Timestamp,
    ) -> Result<(), ReportError> {
        let request = &callback.request;
        let late = LateAnswer { request, answer, source, reason, at };
        match self.outside.report(&late).await {
            Ok(()) => {
                metrics::late(Told::Told);
                info!(callback.id = %request.id, reason = <&str>::from(reason), "an answer came too late");
                Ok(())
            }
            Err(error) => {
                metrics::late(Told::NotTold);
                error!(callback.id = %request.id, reason = <&str>::from(reason), %error, "an answer came too late, and that could not be told");
                Err(error)
            }
        }
    }
}
