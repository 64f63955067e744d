#![doc = include_str!("../README.md")]

mod config;
mod http;

use callbacks::{
    CallbackStore, Clock, CreateError, Desk,
    metrics::{PAGES, PageResult},
    urls::{ErrorName, Order, Refused, Reply, TransactionId, action_url},
};
use serde_json::Value;
use tracing::{error, info};

pub use config::Config;

/// Makes URLs of task tokens.
#[derive(Debug)]
pub struct CreateCallbackUrls<S, K> {
    desk: Desk<S, (), (), K>,
    config: Config,
}

impl<S: CallbackStore, K: Clock> CreateCallbackUrls<S, K> {
    /// Makes URLs for tasks that are parked at this desk.
    pub const fn new(desk: Desk<S, (), (), K>, config: Config) -> Self {
        Self { desk, config }
    }

    /// Answers an event: a request by API Gateway, or a call of the function itself, which is what such a request has in its
    /// body. The reply to a call is the body alone, also where it is refused.
    pub async fn handle(&self, event: Value) -> Value {
        if !http::is_request(&event) {
            let reply = self.create(&event).await;
            return serde_json::from_str(&reply.body).unwrap_or_default();
        }
        match http::sent(&event) {
            Ok(order) => http::response(&self.create(&order).await),
            Err(refused) => {
                PAGES.count(PageResult::Refused.into());
                refused
            }
        }
    }

    async fn create(&self, order: &Value) -> Reply {
        let transaction_id = TransactionId::new(fastrand::u128(..));
        let reply = match self.urls(order, transaction_id).await {
            Ok(reply) => reply,
            Err(refused) => {
                // The message is for the caller alone: it may repeat the name of a field, which may be anything.
                info!(transaction.id = %transaction_id, error = refused.error.name(), "no URLs were created");
                Reply::not_created(&refused, transaction_id)
            }
        };
        PAGES.count(PageResult::of(reply.status).into());
        reply
    }

    async fn urls(&self, order: &Value, transaction_id: TransactionId) -> Result<Reply, Refused> {
        let Config { base_url, region, switches } = &self.config;
        let order = Order::read(order, *switches, self.desk.now())?;
        let actions = order.actions(transaction_id);
        let base_url = order.base_url.as_ref().map_or_else(|| base_url.clone(), |base_url| base_url.url(region));
        let links = self.desk.create_urls(order.token, &actions).await.map_err(refused)?;
        let url = |link: &str, at: usize| {
            let action = actions.get(at)?;
            let url = action_url(&base_url, link, action.name(), action.action_type());
            Some((action.name().to_owned(), url))
        };
        let urls: Vec<_> = links.iter().enumerate().filter_map(|(at, link)| url(&link.secret(), at)).collect();
        Ok(Reply::created(&actions, &urls))
    }
}

fn refused(error: CreateError) -> Refused {
    match error {
        CreateError::AskedOtherwise(_) | CreateError::Invalid(_) => {
            Refused::new(ErrorName::TokenInUse, error.to_string())
        }
        CreateError::Store(problem) => {
            error!(error = %problem, "URLs could not be created");
            Refused::new(ErrorName::ServiceError, "the table of callbacks is in trouble: call again")
        }
    }
}
