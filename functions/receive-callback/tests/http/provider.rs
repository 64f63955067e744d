//! A payment provider that was called: its links, and its signed events.

use callbacks::{
    Ask, CallReply, Webhook,
    signed::{Senders, SigningSecrets},
};
use jiff::Timestamp;
use receive_callback::Config;
use serde_json::{Value, json};

use crate::bench::{Bench, Sent};

pub(crate) const PROVIDER: &str = "payment-provider";
pub(crate) const OTHER: &str = "other-provider";
/// The secrets of the provider, of which one takes the place of the other, and that of somebody else who is registered.
pub(crate) const NEW: &str = "whsec_bmV3IHNlY3JldCBvZiB0aGUgcHJvdmlkZXI=";
pub(crate) const OLD: &str = "whsec_b2xkIHNlY3JldCBvZiB0aGUgcHJvdmlkZXI=";
pub(crate) const OTHERS: &str = "whsec_c2VjcmV0IG9mIHNvbWVib2R5IGVsc2UhISE=";

pub(crate) fn senders() -> Senders {
    let senders = json!({
        PROVIDER: { "verifyWith": [NEW, OLD], "externalIdAt": "/data/paymentId" },
        OTHER: { "verifyWith": [OTHERS], "externalIdAt": "/data/paymentId" },
    });
    Senders::read(&senders.to_string()).unwrap()
}

/// What the provider is asked. It says by `status` what it means.
pub(crate) fn webhook() -> Ask {
    let schema = |status: &str| json!({ "type": "object", "properties": { "status": { "const": status } }, "required": ["status"] });
    let webhook = json!({
        "destination": PROVIDER, "body": { "amount": 3 }, "externalIdAt": "/paymentId",
        "deadline": { "afterSeconds": 3600 },
        "outcomes": [
            { "name": "paid", "type": "success", "schema": schema("paid"), "output_path": "$.status" },
            { "name": "failed", "type": "failure", "schema": schema("failed"), "error": "Payment.Failed" },
            { "name": "odd", "type": "failure", "schema": schema("odd"), "error_path": "$.error" },
            { "name": "working", "type": "heartbeat", "schema": schema("working") },
        ],
    });
    Ask::Webhook(Webhook::read(webhook).unwrap())
}

/// The provider was called, has said that it calls the payment `p1`, and is waited for.
pub(crate) async fn called() -> Bench {
    let bench = Bench::empty(senders(), Config::default());
    bench.outside.reply_with(Ok(CallReply { body: Some(json!({ "paymentId": "p1" })) }));
    bench.open(webhook()).await;
    bench
}

pub(crate) fn link(bench: &Bench) -> String {
    bench.outside.calls()[0].link.clone()
}

/// A request to what stands behind a link.
pub(crate) fn behind(method: &str, link: &str, way: &str) -> Sent {
    Sent::to(method, "ANY /c/{link}/{way}", &format!("/c/{link}/{way}"), json!({ "link": link, "way": way }))
}

/// What the provider posts behind its link.
pub(crate) fn posts(bench: &Bench, way: &str, body: &Value) -> Sent {
    behind("POST", &link(bench), way).with_body("application/json", &body.to_string())
}

/// An event, before it is signed.
pub(crate) fn unsigned(sender: &str, body: &str) -> Sent {
    let sent = Sent::to("POST", "POST /webhooks/{sender}", &format!("/webhooks/{sender}"), json!({ "sender": sender }));
    sent.with_body("application/json", body)
}

/// An event that is signed by this secret, now.
pub(crate) fn signed(bench: &Bench, secret: &str, id: &str, body: &Value) -> Sent {
    signed_at(bench.desk.now(), secret, id, body)
}

pub(crate) fn signed_at(at: Timestamp, secret: &str, id: &str, body: &Value) -> Sent {
    let sender = if secret == OTHERS { OTHER } else { PROVIDER };
    let body = body.to_string();
    let signature = SigningSecrets::new(&[secret]).unwrap().sign(id, at, &body);
    unsigned(sender, &body)
        .with_header("webhook-id", id)
        .with_header("webhook-timestamp", &at.as_second().to_string())
        .with_header("webhook-signature", &signature)
}

/// What an event says of a payment.
pub(crate) fn payment(id: &str, status: &str) -> Value {
    json!({ "type": "payment.updated", "status": status, "data": { "paymentId": id } })
}
