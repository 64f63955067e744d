//! Events about payments, signed by the rules of Standard Webhooks, or not quite.

use anyhow::Context;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};

use super::{Payment, Secret};

/// An event about a payment. Each one has an id of its own, is signed with the provider's secret, and is of the time at which
/// it is sent, unless something else is said.
#[derive(Debug, Clone)]
pub struct SignedEvent {
    pub(super) payment_id: String,
    id: String,
    body: Value,
    at: Option<Timestamp>,
    signed_by: Signer,
}

#[derive(Debug, Clone, Copy)]
enum Signer {
    Provider,
    SomebodyElse,
    Nobody,
}

impl SignedEvent {
    /// That it is paid.
    #[must_use]
    pub fn paid(payment: &Payment) -> Self {
        Self::new("payment.paid", payment, payment.paid())
    }

    /// That it cannot be paid, and why.
    #[must_use]
    pub fn failed(payment: &Payment, reason: &str) -> Self {
        Self::new("payment.failed", payment, payment.failed(reason))
    }

    /// That it is being worked on.
    #[must_use]
    pub fn processing(payment: &Payment) -> Self {
        Self::new("payment.processing", payment, payment.processing())
    }

    fn new(kind: &str, payment: &Payment, data: Value) -> Self {
        let mut body = json!({ "type": kind, "status": data["status"], "data": data });
        if let Some(reason) = data.get("reason") {
            body["reason"] = reason.clone();
        }
        let id = format!("evt_{:016x}", fastrand::u64(..));
        Self { payment_id: payment.id.clone(), id, body, at: None, signed_by: Signer::Provider }
    }

    /// With another id.
    #[must_use]
    pub fn with_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// With another body.
    #[must_use]
    pub fn with_body(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    /// Of another time.
    #[must_use]
    pub fn sent_at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// Signed by somebody else.
    #[must_use]
    pub fn forged(mut self) -> Self {
        self.signed_by = Signer::SomebodyElse;
        self
    }

    /// Without a signature.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signed_by = Signer::Nobody;
        self
    }

    /// Its `webhook-id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The headers and the body to be sent.
    pub(super) fn request(&self, own: &Secret, now: Timestamp) -> anyhow::Result<(HeaderMap, String)> {
        let (body, seconds) = (self.body.to_string(), self.at.unwrap_or(now).as_second());
        let signature = match self.signed_by {
            Signer::Provider => Some(own.webhook()?.sign(&self.id, seconds, body.as_bytes())?),
            Signer::SomebodyElse => Some(Secret::new().webhook()?.sign(&self.id, seconds, body.as_bytes())?),
            Signer::Nobody => None,
        };
        let mut headers = HeaderMap::new();
        headers.insert(HEADER_WEBHOOK_ID, self.id.parse().context("the id of an event is no header")?);
        headers.insert(HEADER_WEBHOOK_TIMESTAMP, seconds.into());
        if let Some(signature) = signature {
            headers.insert(HEADER_WEBHOOK_SIGNATURE, signature.parse()?);
        }
        Ok((headers, body))
    }
}
