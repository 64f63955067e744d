//! What the provider says to the bridge, as any client does: over HTTP.

use std::time::Duration;

use anyhow::Context;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};

use super::{BridgeReply, Dealing, Office, SignedEvent, Way};
use crate::clock;

/// What is said by the link of a payment.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// A body of the provider's own: the outcomes of the task say what it means.
    Answer(Value),
    /// The task succeeds with this output.
    Success(Value),
    /// The task fails with this error and this cause.
    Failure {
        /// The name that a `Catch` matches.
        error: String,
        /// What happened.
        cause: String,
    },
    /// The provider is at work.
    Heartbeat,
}

impl Word {
    fn way(&self) -> Way {
        match self {
            Self::Answer(_) => Way::Answer,
            Self::Success(_) => Way::Success,
            Self::Failure { .. } => Way::Failure,
            Self::Heartbeat => Way::Heartbeat,
        }
    }

    fn body(&self) -> Option<Value> {
        match self {
            Self::Answer(body) => Some(body.clone()),
            Self::Success(output) => Some(json!({ "output": output })),
            Self::Failure { error, cause } => Some(json!({ "error": error, "cause": cause })),
            Self::Heartbeat => None,
        }
    }
}

pub(super) fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_mins(1)).build()?)
}

impl Office {
    pub(super) async fn say(&self, payment_id: &str, word: &Word, key: Option<&str>) -> anyhow::Result<BridgeReply> {
        let (link, way) = (self.payments.link(payment_id)?, word.way());
        let url = match way {
            Way::Success => link.sibling("success"),
            Way::Failure => link.sibling("failure"),
            Way::Heartbeat => link.sibling("heartbeat"),
            Way::Answer | Way::Event => link.answer(),
        };
        let mut post = self.client.post(url);
        if let Some(body) = word.body() {
            post = post.json(&body);
        }
        if let Some(key) = key {
            post = post.header("idempotency-key", key);
        }
        self.replied(payment_id, way, post).await
    }

    pub(super) async fn send(&self, event: &SignedEvent) -> anyhow::Result<BridgeReply> {
        let (headers, body) = event.request(&self.own, clock::now())?;
        let post = self.client.post(self.events_url()?).headers(headers).header(CONTENT_TYPE, "application/json");
        self.replied(&event.payment_id, Way::Event, post.body(body)).await
    }

    async fn replied(&self, payment_id: &str, way: Way, request: RequestBuilder) -> anyhow::Result<BridgeReply> {
        self.dealings.append(Dealing::Says { payment_id: payment_id.to_owned(), way });
        // The text of an error would repeat the address, which may be a link.
        let sent = request.send().await.map_err(reqwest::Error::without_url).context("the bridge does not reply")?;
        let status = sent.status().as_u16();
        let text = sent.text().await.map_err(reqwest::Error::without_url)?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let reply = BridgeReply { status, body };
        self.dealings.append(Dealing::Said { payment_id: payment_id.to_owned(), way, reply: reply.clone() });
        Ok(reply)
    }
}
