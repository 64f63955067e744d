//! What machines send with an `Idempotency-Key`: sent again, it gets the very first reply.

use serde_json::json;

use crate::{
    bench::Sent,
    provider::{behind, called, link, posts},
};

fn keyed(sent: Sent, key: &str) -> Sent {
    sent.with_header("idempotency-key", key)
}

#[tokio::test]
async fn the_same_again_gets_the_first_reply_whatever_has_happened_since() {
    let bench = called().await;
    let beat = keyed(behind("POST", &link(&bench), "heartbeat"), "beat 1");
    let first = bench.seen(beat.clone()).await;
    assert_eq!(first.json()["status"], "open");
    bench.seen(posts(&bench, "success", &json!({ "output": 1 }))).await;
    assert_eq!(bench.seen(beat).await, first);
    assert_eq!(bench.callbacks.heartbeats(), 1);
    let other = keyed(posts(&bench, "success", &json!({ "output": 2 })), "other");
    let refused = bench.seen(other.clone()).await;
    assert_eq!(refused.problem(), "decided");
    assert_eq!(bench.seen(other).await, refused);
    assert_eq!(bench.outside.late().len(), 1, "it is told once");
}

#[tokio::test]
async fn something_else_by_the_same_key_is_refused() {
    let bench = called().await;
    let key = &"k".repeat(256);
    let first = bench.seen(keyed(posts(&bench, "failure", &json!({ "error": "One" })), key)).await;
    assert_eq!(first.status, 200);
    for other in [
        posts(&bench, "failure", &json!({ "error": "Other" })),
        posts(&bench, "answer", &json!({ "error": "One" })),
        behind("POST", &link(&bench), "heartbeat"),
    ] {
        let seen = bench.seen(keyed(other, key)).await;
        assert_eq!((seen.status, &*seen.problem()), (422, "key-reused"));
    }
    let another = bench.seen(keyed(posts(&bench, "failure", &json!({ "error": "One" })), "another key")).await;
    assert_eq!(another, first, "the same answer by another key");
    assert!(bench.outside.late().is_empty());
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_refused() {
    let bench = called().await;
    let mut request = posts(&bench, "success", &json!({ "output": 1 })).request();
    let key = lambda_http::http::HeaderValue::from_bytes(b"\xff").unwrap();
    request.headers_mut().insert("idempotency-key", key);
    let seen = bench.answered(&request).await;
    assert_eq!((seen.status, &*seen.problem()), (422, "not-understood"));
    assert!(bench.callbacks.answers().is_empty());
}
