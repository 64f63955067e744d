//! What machines send, as items: one by which it is known when it comes again, and one beside the name that its sender has for
//! a task, with all of it, for whoever learns later which task that is.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use callbacks::{
    CallbackId, ExternalId, FirstReply, Inbound, InboundFrom, InboundKey, Kept,
    stored::{Unreadable, sortable},
};
use jiff::Timestamp;

use super::{
    Item,
    item::{malformed, number, required, seconds},
    update::ItemUpdate,
};

/// How long something is known when it comes again, and waits for its task: longer than senders try again, which is three days
/// or less.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// How long after a task began a name for it leads to its callback: an execution may wait for a year, and answers may come late.
const CORRELATED: Duration = Duration::from_hours(400 * 24);

/// The most events that are read that came after their task began and before it was known, the oldest first.
pub(super) const MOST_EARLY: i32 = 100;

const EVENT: &str = "event";
const CALLBACK: &str = "callback";

/// The item by which something is known. One whose time is over counts as gone, whenever DynamoDB deletes it.
pub(super) fn known(inbound: &Inbound, write_id: &str) -> ItemUpdate {
    let attributes = [
        ("digest", Some(s(&inbound.digest))),
        ("came_at", Some(s(&sortable(inbound.at)))),
        ("write_id", Some(s(write_id))),
        ("expires_at", after(inbound.at, KEPT)),
        ("reply_status", None),
        ("reply_body", None),
    ];
    let now = Some((":now", seconds(inbound.at)));
    ItemUpdate::new(event_key(&inbound.key), attributes).only_if("attribute_not_exists(pk) OR #expires_at <= :now", now)
}

/// The item with all of it, if it is about a task. It is written together with the one by which it is known, so it is written
/// once, and its key need not say what it is.
pub(super) fn early(inbound: &Inbound, write_id: &str) -> Option<ItemUpdate> {
    let about = inbound.about.as_ref()?;
    let key = key(external_pk(about), &format!("{}#{write_id}", early_since(inbound.at)));
    let attributes = [("document", Some(s(&inbound.to_stored()))), ("expires_at", after(inbound.at, KEPT))];
    Some(ItemUpdate::new(key, attributes))
}

/// What was kept before, as its item says.
pub(super) fn kept_before(item: &Item) -> Result<Kept, Unreadable> {
    let reply = if item.get("reply_status").is_none() {
        None
    } else {
        let status = number(item, "reply_status").ok_or_else(|| malformed("reply_status"))?;
        Some(FirstReply { status, body: required(item, "reply_body")?.to_owned() })
    };
    Ok(Kept::Before { digest: required(item, "digest")?.to_owned(), reply })
}

/// The first reply stays.
pub(super) fn replied(key: &InboundKey, reply: &FirstReply) -> ItemUpdate {
    let status = AttributeValue::N(reply.status.to_string());
    let attributes = [("reply_status", Some(status)), ("reply_body", Some(s(&reply.body)))];
    ItemUpdate::new(event_key(key), attributes)
        .only_if("attribute_exists(pk) AND attribute_not_exists(#reply_status)", None)
}

/// The item that says which callback a name belongs to.
pub(super) fn correlation(external: &ExternalId, id: CallbackId, since: Timestamp) -> ItemUpdate {
    let attributes = [("callback_id", Some(s(&id.to_string()))), ("expires_at", after(since, CORRELATED))];
    ItemUpdate::new(key(external_pk(external), CALLBACK), attributes)
}

pub(super) fn correlated(item: &Item) -> Result<CallbackId, Unreadable> {
    required(item, "callback_id")?.parse().map_err(|_| malformed("callback_id"))
}

pub(super) fn inbound(item: &Item) -> Result<Inbound, Unreadable> {
    Inbound::from_stored(required(item, "document")?)
}

/// The values of the key of that item, for a query.
pub(super) fn correlation_keys(external: &ExternalId) -> Item {
    [(":pk".to_owned(), external_pk(external)), (":sk".to_owned(), s(CALLBACK))].into()
}

/// The values of the keys of all events about a task that came since then, for a query.
pub(super) fn early_keys(external: &ExternalId, since: Timestamp) -> Item {
    [(":pk".to_owned(), external_pk(external)), (":since".to_owned(), s(&early_since(since)))].into()
}

/// What the sort keys of events begin with that came at this time: they sort as they came, behind all other items.
fn early_since(at: Timestamp) -> String {
    format!("inbound#{}", sortable(at))
}

fn event_key(InboundKey { from, id }: &InboundKey) -> Item {
    let from = match from {
        InboundFrom::Sender(sender) => part(sender),
        InboundFrom::Link(id) => format!("/{id}"),
    };
    key(s(&format!("inbound#{from}#{id}")), EVENT)
}

fn external_pk(ExternalId { sender, id }: &ExternalId) -> AttributeValue {
    s(&format!("external#{}#{id}", part(sender)))
}

/// A name as a part of a key: nothing in it ends the part, and none begins as the id of a callback does.
fn part(name: &str) -> String {
    name.replace('%', "%25").replace('#', "%23").replace('/', "%2F")
}

fn key(pk: AttributeValue, sk: &str) -> Item {
    [("pk".to_owned(), pk), ("sk".to_owned(), s(sk))].into()
}

fn after(at: Timestamp, time: Duration) -> Option<AttributeValue> {
    at.checked_add(time).ok().map(seconds)
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
