//! Callbacks as items: one of the request, which stays as it is, and one of the state.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::types::AttributeValue;
use callback_bridge::TaskToken;
use callbacks::{
    Callback, CallbackId, Due, Request, State,
    stored::{StoredState, Unreadable, sortable},
};
use jiff::Timestamp;

use super::update::ItemUpdate;

pub(super) type Item = HashMap<String, AttributeValue>;

const REQUEST: &str = "request";
const STATE: &str = "state";

pub(super) fn pk(id: CallbackId) -> AttributeValue {
    AttributeValue::S(format!("callback#{id}"))
}

pub(super) fn id(item: &Item) -> Option<CallbackId> {
    text(item, "pk")?.strip_prefix("callback#")?.parse().ok()
}

/// An item in the index of what is due; nothing if it is no callback.
pub(super) fn due(item: &Item) -> Option<Due> {
    Some(Due { at: text(item, "due_at")?.parse().ok()?, id: id(item)? })
}

/// Where a callback stands in the index of what is due.
pub(super) fn index_key(due: Due) -> Item {
    let mut key = key(due.id, STATE);
    key.insert("due_at".to_owned(), AttributeValue::S(sortable(due.at)));
    key.insert("due_shard".to_owned(), AttributeValue::N(due.id.shard().to_string()));
    key
}

fn key(id: CallbackId, sk: &str) -> Item {
    [("pk".to_owned(), pk(id)), ("sk".to_owned(), AttributeValue::S(sk.to_owned()))].into()
}

pub(super) fn request_key(id: CallbackId) -> Item {
    key(id, REQUEST)
}

/// How DynamoDB wants the time at which it deletes an item.
pub(super) fn seconds(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_second().to_string())
}

pub(super) fn of_request(request: &Request) -> Item {
    let mut item = request_key(request.id);
    item.insert("document".to_owned(), AttributeValue::S(request.to_stored()));
    item
}

/// The state with which a callback begins, and what no later write touches: the token, until it is removed, and the name of
/// the attempt for whoever looks for it.
pub(super) fn of_new_state(callback: &Callback, write_id: &str) -> Item {
    let Callback { request, state } = callback;
    let mut item = key(request.id, STATE);
    let there = attributes(request.id, state, None, write_id).into_iter();
    item.extend(there.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item.insert("attempt".to_owned(), AttributeValue::S(request.attempt.as_str().to_owned()));
    item.extend(state.token.as_ref().map(|token| ("token".to_owned(), AttributeValue::S(token.expose().to_owned()))));
    item
}

/// What every write of a state says. What is not there is removed, so that what is settled, and told, is in no index.
fn attributes(
    id: CallbackId,
    state: &State,
    expires_at: Option<Timestamp>,
    write_id: &str,
) -> [(&'static str, Option<AttributeValue>); 7] {
    let stored = state.to_stored();
    [
        ("version", Some(AttributeValue::N(stored.version.to_string()))),
        ("status", Some(AttributeValue::S(state.status.as_str().to_owned()))),
        ("document", Some(AttributeValue::S(stored.document))),
        ("write_id", Some(AttributeValue::S(write_id.to_owned()))),
        ("due_at", stored.due_at.map(|at| AttributeValue::S(sortable(at)))),
        ("due_shard", stored.due_at.map(|_| AttributeValue::N(id.shard().to_string()))),
        ("expires_at", expires_at.map(seconds)),
    ]
}

/// A write of a state over the one of the version before.
pub(super) fn next_state(
    id: CallbackId,
    next: &State,
    before: u64,
    expires_at: Option<Timestamp>,
    write_id: &str,
) -> ItemUpdate {
    let no_token = next.token.is_none().then_some(("token", None));
    let attributes = attributes(id, next, expires_at, write_id).into_iter().chain(no_token);
    let before = AttributeValue::N(before.to_string());
    ItemUpdate::new(key(id, STATE), attributes).only_if("#version = :before", Some((":before", before)))
}

/// When the request of a callback is forgotten.
pub(super) fn forget_request(id: CallbackId, at: Timestamp) -> ItemUpdate {
    ItemUpdate::new(request_key(id), [("expires_at", Some(seconds(at)))]).only_if("attribute_exists(pk)", None)
}

/// A callback of its two items; nothing if one of them is not there, because DynamoDB deletes them one by one when they
/// expire.
pub(super) fn callback(items: Vec<Item>) -> Result<Option<Callback>, Unreadable> {
    let (mut request, mut state) = (None, None);
    for item in items {
        match text(&item, "sk") {
            Some(REQUEST) => request = Some(item),
            Some(STATE) => state = Some(item),
            _ => {}
        }
    }
    let (Some(request), Some(state)) = (request, state) else { return Ok(None) };
    let request = Request::from_stored(required(&request, "document")?)?;
    Ok(Some(Callback { request, state: State::from_stored(stored(&state)?)? }))
}

fn stored(item: &Item) -> Result<StoredState, Unreadable> {
    let token = text(item, "token").map(TaskToken::new).transpose().map_err(|_| malformed("token"))?;
    let due_at = text(item, "due_at").map(str::parse).transpose().map_err(|_| malformed("due_at"))?;
    let version = number(item, "version").ok_or_else(|| malformed("version"))?;
    Ok(StoredState { version, token, due_at, document: required(item, "document")?.to_owned() })
}

pub(super) fn number<N: FromStr>(item: &Item, name: &str) -> Option<N> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub(super) fn required<'a>(item: &'a Item, name: &str) -> Result<&'a str, Unreadable> {
    text(item, name).ok_or_else(|| malformed(name))
}

pub(super) fn malformed(name: &str) -> Unreadable {
    Unreadable::Malformed(format!("the attribute {name} is missing or wrong"))
}
