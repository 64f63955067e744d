//! What machines send, as it is stored for a task that may not be known yet.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{
    Unreadable,
    documents::{OF_MACHINES, read, written},
};
use crate::{CallbackId, ExternalId, Inbound, InboundFrom, InboundKey};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InboundDocument {
    v: u64,
    from: From,
    id: String,
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<About>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    body: Option<Value>,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum From {
    Sender(String),
    Link(CallbackId),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    sender: String,
    id: String,
}

pub(super) fn of(inbound: &Inbound) -> String {
    let Inbound { key: InboundKey { from, id }, digest, about, body, at } = inbound.clone();
    let from = match from {
        InboundFrom::Sender(sender) => From::Sender(sender),
        InboundFrom::Link(id) => From::Link(id),
    };
    let about = about.map(|ExternalId { sender, id }| About { sender, id });
    written(&InboundDocument { v: OF_MACHINES, from, id, digest, about, body, at })
}

pub(super) fn inbound(document: &str) -> Result<Inbound, Unreadable> {
    let InboundDocument { from, id, digest, about, body, at, .. } = read(document)?;
    let from = match from {
        From::Sender(sender) => InboundFrom::Sender(sender),
        From::Link(id) => InboundFrom::Link(id),
    };
    let about = about.map(|About { sender, id }| ExternalId { sender, id });
    Ok(Inbound { key: InboundKey { from, id }, digest, about, body, at })
}

/// A body that is there, be it `null`.
fn there<'de, D: Deserializer<'de>>(body: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(body).map(Some)
}
