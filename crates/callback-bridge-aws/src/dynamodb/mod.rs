//! DynamoDB behind the port `CallbackStore`.

mod inbound;
mod item;
mod refused;
#[cfg(test)]
mod tests;
mod update;
mod urls;

use std::time::Duration;

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    Client,
    config::Builder,
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::{query::builders::QueryFluentBuilder, update_item::builders::UpdateItemFluentBuilder},
    types::{AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use callbacks::{
    Callback, CallbackId, CallbackStore, Due, ExternalId, FirstReply, Inbound, InboundKey, Kept, Parked, State,
    StoreError, Written,
    stored::{Unreadable, sortable},
    urls::{Actions, TransactionId},
};
use jiff::Timestamp;
use tracing::{error, warn};

use item::Item;
use refused::{Found, refused_transaction, refused_update};
use update::ItemUpdate;

/// The index of what is due: `due_shard` and `due_at`, and the keys of the table.
const INDEX: &str = "due";

/// The table of callbacks, by the SDK of DynamoDB.
///
/// The SDK's retries stay on: every write has a condition and a name of its own, `write_id`, so that one that is carried out
/// twice changes nothing the second time, and is known as our own.
#[derive(Debug, Clone)]
pub struct CallbackTable {
    client: Client,
    name: String,
    kept: Duration,
}

impl CallbackTable {
    /// How long callbacks are kept after they were settled, unless [`keeping`](Self::keeping) says otherwise: 90 days.
    pub const KEPT: Duration = Duration::from_hours(90 * 24);

    /// The table of this name, by a client whose calls take six seconds at most, retries included.
    #[must_use]
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(6));
        let config = Builder::from(config).timeout_config(timeouts.build()).build();
        Self { client: Client::from_conf(config), name: name.into(), kept: Self::KEPT }
    }

    /// Keeps callbacks for this long after they were settled. DynamoDB may take some days more to delete them.
    #[must_use]
    pub fn keeping(self, kept: Duration) -> Self {
        Self { kept, ..self }
    }

    /// Writes one item.
    async fn update(&self, update: ItemUpdate, write_id: &str) -> Result<Found, StoreError> {
        match self.call(update).send().await {
            Ok(_) => Ok(Found::Ours),
            Err(error) => refused_update(&error, write_id),
        }
    }

    fn call(&self, update: ItemUpdate) -> UpdateItemFluentBuilder {
        let call = self.client.update_item().table_name(&self.name).set_key(Some(update.key));
        let call =
            call.update_expression(update.expression).set_condition_expression(update.condition.map(str::to_owned));
        let call = call.set_expression_attribute_names(Some(update.names));
        let call = call.set_expression_attribute_values(Some(update.values));
        call.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Writes two items together, of which the first knows the name of the write.
    async fn update_both(&self, updates: [ItemUpdate; 2], write_id: &str) -> Result<Found, StoreError> {
        let mut items = Vec::new();
        for update in updates {
            let item = Update::builder().table_name(&self.name).set_key(Some(update.key));
            let item = item.update_expression(update.expression);
            let item = item.set_condition_expression(update.condition.map(str::to_owned));
            let item = item.set_expression_attribute_names(Some(update.names));
            let item = item.set_expression_attribute_values(Some(update.values));
            let item = item.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            items.push(TransactWriteItem::builder().update(item.build().map_err(unbuilt)?).build());
        }
        let call = self.client.transact_write_items().client_request_token(write_id);
        match call.set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(Found::Ours),
            Err(error) => refused_transaction(&error, write_id),
        }
    }

    /// Writes both items of a new callback.
    async fn put_both(&self, callback: &Callback) -> Result<Found, StoreError> {
        let write_id = write_id();
        let put = |item| Put::builder().table_name(&self.name).set_item(Some(item));
        let request = put(item::of_request(&callback.request));
        let state = put(item::of_new_state(callback, &write_id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut puts = Vec::new();
        for put in [state, request] {
            let put = put.condition_expression("attribute_not_exists(pk)").build().map_err(unbuilt)?;
            puts.push(TransactWriteItem::builder().put(put).build());
        }
        let call = self.client.transact_write_items().client_request_token(&write_id);
        match call.set_transact_items(Some(puts)).send().await {
            Ok(_) => Ok(Found::Ours),
            Err(error) => refused_transaction(&error, &write_id),
        }
    }

    /// All items of a partition, or one, as they are now.
    fn query(&self, condition: &str, values: Item) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.name).consistent_read(true);
        query.key_condition_expression(condition).set_expression_attribute_values(Some(values))
    }
}

impl CallbackStore for CallbackTable {
    async fn park(&self, callback: &Callback) -> Result<Parked, StoreError> {
        for _ in 0..PARK_TRIES {
            match self.put_both(callback).await? {
                Found::Ours => return Ok(Parked::New),
                Found::Others(_) => return Ok(Parked::Before),
                // Whoever writes it may still fail, so nothing can be said of it yet.
                Found::Writing => {}
            }
        }
        Err(StoreError::Unavailable("somebody else is writing the same callback".to_owned()))
    }

    async fn load(&self, id: CallbackId) -> Result<Option<Callback>, StoreError> {
        let query = self.query("pk = :pk", [(":pk".to_owned(), item::pk(id))].into());
        let reply = query.send().await.map_err(|error| named(&error))?;
        item::callback(reply.items.unwrap_or_default())
            .map_err(|error| StoreError::Unreadable(format!("the callback {id} cannot be read: {error}")))
    }

    async fn write(&self, id: CallbackId, next: &State) -> Result<Written, StoreError> {
        // Nothing comes before the version that is parked.
        let Some(before) = next.version.checked_sub(1) else { return Ok(Written::Conflict) };
        let write_id = write_id();
        let expires_at = next.forgotten_at(self.kept);
        let state = item::next_state(id, next, before, expires_at, &write_id);
        let found = match expires_at {
            None => self.update(state, &write_id).await,
            // Its request is forgotten with it.
            Some(at) => self.update_both([state, item::forget_request(id, at)], &write_id).await,
        };
        found.map(|found| written(&found))
    }

    async fn due(&self, shard: u8, now: Timestamp, most: u16) -> Result<Vec<CallbackId>, StoreError> {
        let query = self.client.query().table_name(&self.name).index_name(INDEX).limit(i32::from(most));
        let query = query.key_condition_expression("due_shard = :shard AND due_at <= :now");
        let query = query.expression_attribute_values(":shard", AttributeValue::N(shard.to_string()));
        let query = query.expression_attribute_values(":now", AttributeValue::S(sortable(now)));
        let reply = query.send().await.map_err(|error| named(&error))?;
        Ok(reply.items.unwrap_or_default().iter().filter_map(due_id).collect())
    }

    async fn upcoming(&self, shard: u8, after: Option<Due>, most: u16) -> Result<Vec<Due>, StoreError> {
        let query = self.client.query().table_name(&self.name).index_name(INDEX).limit(i32::from(most));
        let query = query.key_condition_expression("due_shard = :shard");
        let query = query.expression_attribute_values(":shard", AttributeValue::N(shard.to_string()));
        let mut start = after.map(item::index_key);
        loop {
            let reply = query.clone().set_exclusive_start_key(start).send().await.map_err(|error| named(&error))?;
            start = reply.last_evaluated_key;
            let due: Vec<Due> = reply.items.unwrap_or_default().iter().filter_map(item::due).collect();
            // A page of nothing but what is no callback is not the end.
            if !due.is_empty() || start.is_none() {
                return Ok(due);
            }
        }
    }

    async fn keep(&self, inbound: &Inbound) -> Result<Kept, StoreError> {
        let write_id = write_id();
        let known = inbound::known(inbound, &write_id);
        let found = match inbound::early(inbound, &write_id) {
            None => self.update(known, &write_id).await?,
            Some(early) => self.update_both([known, early], &write_id).await?,
        };
        match found {
            Found::Ours => Ok(Kept::New),
            Found::Others(item) => inbound::kept_before(&item).map_err(unreadable),
            // Whoever writes it may still fail, so nothing can be said of it yet.
            Found::Writing => Err(StoreError::Unavailable("somebody else is keeping the same".to_owned())),
        }
    }

    async fn replied(&self, key: &InboundKey, reply: &FirstReply) -> Result<(), StoreError> {
        match self.update(inbound::replied(key, reply), UNNAMED).await? {
            // It has a reply, perhaps this one by a try that went unheard, or it is forgotten.
            Found::Ours | Found::Others(_) => Ok(()),
            Found::Writing => Err(StoreError::Unavailable("somebody else is keeping the same".to_owned())),
        }
    }

    async fn correlate(
        &self,
        external: &ExternalId,
        id: CallbackId,
        since: Timestamp,
    ) -> Result<Vec<Inbound>, StoreError> {
        // Carried out twice by a retry, it leaves the same.
        let call = self.call(inbound::correlation(external, id, since)).return_values(ReturnValue::UpdatedOld);
        let before = call.send().await.map_err(|error| named(&error))?.attributes;
        if let Some(before) =
            before.as_ref().and_then(|item| inbound::correlated(item).ok()).filter(|before| *before != id)
        {
            warn!(callback.id = %id, %before, "the name that events speak of a task by leads here now, and no more to the callback before it");
        }
        let query = self.query("pk = :pk AND sk >= :since", inbound::early_keys(external, since));
        let mut items = query.into_paginator().page_size(inbound::MOST_EARLY).items().send();
        let mut early = Vec::new();
        while let Some(item) = items.next().await {
            if early.len() == usize::try_from(inbound::MOST_EARLY).unwrap_or_default() {
                warn!(callback.id = %id, "more events came before their task was known than are read");
                break;
            }
            early.push(inbound::inbound(&item.map_err(|error| named(&error))?).map_err(unreadable)?);
        }
        Ok(early)
    }

    async fn keep_actions(&self, id: CallbackId, actions: &Actions, until: Timestamp) -> Result<(), StoreError> {
        // Carried out twice by a retry, it leaves the same.
        let call = self.call(urls::kept(id, actions, until.checked_add(self.kept).ok()));
        call.send().await.map(drop).map_err(|error| named(&error))
    }

    async fn actions(&self, id: CallbackId, set: TransactionId) -> Result<Option<Actions>, StoreError> {
        let reply =
            self.query("pk = :pk AND sk = :sk", urls::keys(id, set)).send().await.map_err(|error| named(&error))?;
        let unreadable =
            |error| StoreError::Unreadable(format!("what the URLs of the callback {id} mean cannot be read: {error}"));
        reply.items().first().map(urls::actions).transpose().map_err(unreadable)
    }

    async fn correlated(&self, external: &ExternalId) -> Result<Option<CallbackId>, StoreError> {
        let query = self.query("pk = :pk AND sk = :sk", inbound::correlation_keys(external));
        let reply = query.send().await.map_err(|error| named(&error))?;
        reply.items().first().map(inbound::correlated).transpose().map_err(unreadable)
    }
}

/// What is no callback keeps none waiting.
fn due_id(item: &Item) -> Option<CallbackId> {
    let id = item::id(item);
    if id.is_none() {
        error!("an item in the index of what is due is no callback: delete it");
    }
    id
}

const fn written(found: &Found) -> Written {
    match found {
        Found::Ours => Written::Done,
        Found::Others(_) | Found::Writing => Written::Conflict,
    }
}

/// The name of one write: random, so that no two are alike. It is what a transaction is known by, too, so it has no more than
/// 36 characters.
fn write_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// How often a callback is put beside somebody who writes it, too: such a write takes milliseconds, as does a try.
const PARK_TRIES: u8 = 4;

/// For a write without a name: carried out twice, it leaves the same.
const UNNAMED: &str = "";

fn unreadable(error: Unreadable) -> StoreError {
    StoreError::Unreadable(format!("what a machine has sent cannot be read: {error}"))
}

/// Reads the code of an error, never its message or what came along with it: an item holds a token.
fn named<E: ProvideErrorMetadata>(error: &SdkError<E>) -> StoreError {
    let reason = match error {
        SdkError::TimeoutError(_) => "no reply in time",
        SdkError::DispatchFailure(_) => "no connection, or it broke",
        _ => error.code().unwrap_or("no usable reply"),
    };
    StoreError::Unavailable(reason.to_owned())
}

fn unbuilt(error: BuildError) -> StoreError {
    StoreError::Unavailable(format!("the call could not be made: {error}"))
}
