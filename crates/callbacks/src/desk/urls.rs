//! URLs that each stand for an answer.

use callback_bridge::{InvalidField, TaskContext, TaskToken};
use jiff::Timestamp;
use tracing::info;

use super::{ChangeError, Desk};
use crate::{
    Ask, Callback, CallbackStore, CapabilityLink, Clock, Recipient, Request, State, Waiting, metrics,
    ports::{Parked, StoreError},
    urls::{Actions, ErrorName, Expiration, Refused},
};

/// Why no URLs were created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The task waits for something else: people were asked, or another system was called.
    #[error("the task waits for its {0} already: whoever is asked answers by links of their own")]
    AskedOtherwise(&'static str),
    /// The time of the task is out of reach.
    #[error("{0}")]
    Invalid(InvalidField),
    /// The table did not take them.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// As the contract names it.
impl From<CreateError> for Refused {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Store(_) => {
                Self::new(ErrorName::ServiceError, "the table of callbacks is in trouble: call again")
            }
            refused => Self::new(ErrorName::TokenInUse, refused.to_string()),
        }
    }
}

impl<S: CallbackStore, C: Send + Sync, O: Send + Sync, K: Clock> Desk<S, C, O, K> {
    /// Parks a task until one of these actions is called, and returns their links in their order. The same task again gets more
    /// of them: until when it is parked, and what was decided about it, is one and the same for all.
    ///
    /// # Errors
    /// When they were not created; see [`CreateError`]. None of them leads anywhere then.
    pub async fn create_urls(&self, token: TaskToken, actions: &Actions) -> Result<Vec<CapabilityLink>, CreateError> {
        let now = self.now();
        let (attempt, context) = (token.attempt_id(), TaskContext::default());
        let waiting = Waiting { attempt, context, sent_at: now, heartbeat: None, timeout: None };
        let request = Request::new(waiting, Ask::Urls {}).map_err(CreateError::Invalid)?;
        let (id, set) = (request.id, actions.transaction_id());
        let expire_at = actions.expiration().map_or(request.deadline_at, Expiration::at);
        let until = expire_at.min(request.deadline_at);
        // First what they mean: no task waits for URLs that nobody can have got.
        self.store.keep_actions(id, actions, until).await?;
        let answerable_until = actions.can_answer().then_some(until);
        let state = State::new(&request, token, now).with_urls(&request, answerable_until);
        let generation = self.parked(Callback { request, state }, answerable_until).await?.state.generation;
        info!(callback.id = %id, transaction.id = %set, "URLs are created");
        let link = |action| CapabilityLink::new(&self.keys, id, Recipient::Action { set, action }, generation);
        Ok((0..).take(actions.all().len()).map(link).collect())
    }

    /// The callback, new or as it is with more URLs.
    async fn parked(&self, new: Callback, answerable_until: Option<Timestamp>) -> Result<Callback, CreateError> {
        let id = new.request.id;
        if self.store.park(&new).await? == Parked::New {
            metrics::step(metrics::Step::Opened);
            info!(callback.id = %id, "the task is parked");
            return Ok(new);
        }
        let gone = || StoreError::Unavailable("the callback has just gone: its task ended long ago".to_owned());
        let before = self.store.load(id).await?.ok_or_else(gone)?;
        let step = |Callback { request, state }: &Callback, _| match &request.ask {
            Ask::Urls {} => Ok(Some(state.with_urls(request, answerable_until)).filter(|next| next != state)),
            other => Err(CreateError::AskedOtherwise(other.name())),
        };
        match self.change(id, before, step).await {
            Ok(changed) => Ok(changed.callback),
            Err(ChangeError::Refused(refused, _)) => Err(refused),
            Err(ChangeError::Gone) => Err(gone().into()),
            Err(ChangeError::Store(error)) => Err(error.into()),
        }
    }

    /// What the URL of an action leads to; nothing where it is the link of something else, or was revoked.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn action(&self, link: &CapabilityLink) -> Result<Option<(Callback, Actions, usize)>, StoreError> {
        let Recipient::Action { set, action } = link.recipient() else { return Ok(None) };
        let Some(callback) = self.follow(link).await? else { return Ok(None) };
        let actions = self.store.actions(link.id(), set).await?;
        let action = usize::from(action);
        Ok(actions.filter(|actions| actions.get(action).is_some()).map(|actions| (callback, actions, action)))
    }
}
