#![doc = include_str!("../README.md")]

mod config;
mod http;

use callbacks::{
    CallbackStore, CapabilityLink, Clock, CreateError, Desk,
    metrics::{PAGES, PageResult},
    urls::{Action, CreateReply, Order, Refused, TransactionId, action_url, json},
};
use serde_json::{Value, value::RawValue};
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
    pub async fn handle(&self, event: &str) -> Box<RawValue> {
        let event = json(event.as_bytes());
        let reply = match event.as_ref().ok().filter(|event| http::is_request(event)) {
            Some(request) => http::response(&self.reply(http::sent(request)).await).to_string(),
            None => self.reply(event).await.body,
        };
        RawValue::from_string(reply).unwrap_or_default() // it is JSON
    }

    async fn reply(&self, order: Result<Value, Refused>) -> CreateReply {
        let transaction_id = TransactionId::new(fastrand::u128(..));
        let created = match order {
            Ok(order) => self.create(&order, transaction_id).await,
            Err(refused) => Err(refused),
        };
        let reply = created.unwrap_or_else(|refused| {
            // The message is for the caller alone: it may repeat the name of a field, which may be anything.
            info!(transaction.id = %transaction_id, error = refused.error.name(), "no URLs were created");
            CreateReply::refused(&refused, transaction_id)
        });
        PAGES.count(PageResult::of(reply.status).into());
        reply
    }

    async fn create(&self, order: &Value, transaction_id: TransactionId) -> Result<CreateReply, Refused> {
        let Config { base_url, region, switches } = &self.config;
        let Order { token, base_url: own, actions } = Order::read(order, transaction_id, *switches, self.desk.now())?;
        let base_url = own.map_or_else(|| base_url.to_string(), |own| own.url(region));
        let links = self.desk.create_urls(token, &actions).await.inspect_err(|error| {
            if let CreateError::Store(problem) = error {
                error!(error = %problem, "URLs could not be created");
            }
        })?;
        let url = |(action, link): (&Action, &CapabilityLink)| {
            (action.name().to_owned(), action_url(&base_url, &link.secret(), action.name(), action.action_type()))
        };
        let urls: Vec<_> = actions.all().iter().zip(&links).map(url).collect();
        Ok(CreateReply::created(&actions, &urls))
    }
}
