//! What whoever creates URLs is told.

use serde::{Serialize, Serializer};

use super::{Actions, ErrorName, Refused, TransactionId, reply::to_json};

/// What whoever creates URLs is told: a JSON object, be it the body of an HTTP response or what a function returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateReply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON. It has the secrets of the links.
    pub body: String,
}

#[derive(Serialize)]
struct Created<'a> {
    transaction_id: TransactionId,
    #[serde(serialize_with = "in_order")]
    urls: &'a [(String, String)],
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

#[derive(Serialize)]
struct NotCreated<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<TransactionId>,
    error: &'static str,
    message: &'a str,
}

impl CreateReply {
    /// URLs are there, by the names of their actions, and in the order of the call.
    #[must_use]
    pub fn created(actions: &Actions, urls: &[(String, String)]) -> Self {
        let expiration = actions.expiration().map(ToString::to_string);
        Self { status: 200, body: to_json(&Created { transaction_id: actions.transaction_id(), urls, expiration }) }
    }

    /// There are no URLs. A call that was understood is named.
    #[must_use]
    pub fn refused(refused: &Refused, transaction_id: TransactionId) -> Self {
        let understood = !matches!(refused.error, ErrorName::InvalidJson | ErrorName::ServiceError);
        let transaction_id = understood.then_some(transaction_id);
        let not_created = NotCreated { transaction_id, error: refused.error.name(), message: &refused.message };
        Self { status: refused.error.status(), body: to_json(&not_created) }
    }
}

fn in_order<S: Serializer>(urls: &&[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(urls.iter().map(|(name, url)| (name, url)))
}
