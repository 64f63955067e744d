//! What URLs mean, as items: one for each call that has created some, apart from the callback, whose items are read together.

use aws_sdk_dynamodb::types::AttributeValue;
use callbacks::{
    CallbackId,
    stored::Unreadable,
    urls::{Actions, TransactionId},
};
use jiff::Timestamp;

use super::{
    Item,
    item::{required, seconds},
    update::ItemUpdate,
};

pub(super) fn kept(id: CallbackId, actions: &Actions, expires_at: Option<Timestamp>) -> ItemUpdate {
    let key = [("pk".to_owned(), pk(id)), ("sk".to_owned(), sk(actions.transaction_id()))].into();
    let document = AttributeValue::S(actions.to_stored());
    ItemUpdate::new(key, [("document", Some(document)), ("expires_at", expires_at.map(seconds))])
}

/// The values of the key of that item, for a query.
pub(super) fn keys(id: CallbackId, set: TransactionId) -> Item {
    [(":pk".to_owned(), pk(id)), (":sk".to_owned(), sk(set))].into()
}

pub(super) fn actions(item: &Item) -> Result<Actions, Unreadable> {
    Actions::from_stored(required(item, "document")?)
}

fn pk(id: CallbackId) -> AttributeValue {
    AttributeValue::S(format!("actions#{id}"))
}

fn sk(set: TransactionId) -> AttributeValue {
    AttributeValue::S(set.to_string())
}
