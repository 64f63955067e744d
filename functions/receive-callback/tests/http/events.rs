//! Signed events of registered senders.

use std::time::Duration;

use callback_bridge::TaskToken;
use callbacks::{CallbackId, CallbackStore, ExternalId, MachineAnswer, Source, signed::SigningSecrets};
use jiff::SignedDuration;
use lambda_http::Body;
use serde_json::{Value, json};

use crate::{
    bench::{Bench, Sent},
    machines::told,
    provider::{NEW, OLD, OTHERS, PROVIDER, behind, called, link, payment, posts, signed, signed_at, unsigned},
};

#[tokio::test]
async fn an_event_ends_the_task_that_its_sender_calls_so() {
    for (status, stands, error) in [("paid", "succeeded", ""), ("failed", "failed", "Payment.Failed")] {
        let bench = called().await;
        let seen = bench.seen(signed(&bench, NEW, "evt_1", &payment("p1", status))).await;
        assert_eq!((seen.status, &seen.json()["status"]), (200, &json!(stands)));
        assert_eq!(seen.json()["callbackId"], Bench::id().to_string());
        assert_eq!(told(&bench).0, error);
    }
}

#[tokio::test]
async fn an_event_may_say_that_somebody_is_at_work() {
    let bench = called().await;
    let seen = bench.seen(signed(&bench, NEW, "evt_1", &payment("p1", "working"))).await;
    assert_eq!((seen.status, &seen.json()["status"]), (200, &json!("open")));
    assert_eq!(bench.callbacks.heartbeats(), 1);
}

/// What API Gateway does not take for text it hands over in Base64; what was signed are the bytes.
#[tokio::test]
async fn an_event_is_the_bytes_that_were_signed() {
    let bench = called().await;
    let mut request = signed(&bench, NEW, "evt_1", &payment("p1", "paid")).request();
    let Body::Text(text) = request.body().clone() else { panic!("a text") };
    *request.body_mut() = Body::Binary(text.into_bytes());
    assert_eq!(bench.answered(&request).await.status, 200);
}

#[tokio::test]
async fn while_a_secret_takes_the_place_of_another_both_are_taken() {
    for secret in [NEW, OLD] {
        let bench = called().await;
        assert_eq!(bench.seen(signed(&bench, secret, "evt_1", &payment("p1", "paid"))).await.status, 200);
    }
}

#[tokio::test]
async fn an_event_that_comes_again_gets_the_first_reply() {
    let bench = called().await;
    let early = signed(&bench, NEW, "evt_1", &payment("p1", "working"));
    let first = bench.seen(early.clone()).await;
    bench.seen(posts(&bench, "success", &json!({ "output": 1 }))).await;
    bench.pass(Duration::from_mins(4));
    assert_eq!(bench.seen(early).await, first);
    let signed_again = signed(&bench, NEW, "evt_1", &payment("p1", "working"));
    assert_eq!(bench.seen(signed_again).await, first, "senders sign what they send again");
    assert_eq!(bench.callbacks.heartbeats(), 1);
}

#[tokio::test]
async fn something_else_by_the_id_of_another_event_is_refused() {
    let bench = called().await;
    bench.seen(signed(&bench, NEW, "evt_1", &payment("p1", "working"))).await;
    let seen = bench.seen(signed(&bench, NEW, "evt_1", &payment("p1", "paid"))).await;
    assert_eq!((seen.status, &*seen.problem()), (422, "key-reused"));
    assert!(bench.callbacks.answers().is_empty());
}

#[tokio::test]
async fn what_is_not_proved_is_refused_before_the_table_is_asked() {
    let bench = called().await;
    let (before, calls) = (bench.stored(), bench.table.calls());
    let body = payment("p1", "paid");
    let good = signed(&bench, NEW, "evt_1", &body);
    let at = |seconds: i64| {
        let at = bench.desk.now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
        signed_at(at, NEW, "evt_1", &body)
    };
    let to = |sender: &str| {
        let to = unsigned(sender, &body.to_string());
        ["webhook-id", "webhook-timestamp", "webhook-signature"]
            .into_iter()
            .fold(to, |to, name| to.with_header(name, good.header(name)))
    };
    for (sent, status, problem) in [
        (unsigned(PROVIDER, &body.to_string()), 401, "bad-signature"),
        (good.clone().without_header("webhook-id"), 401, "bad-signature"),
        (good.clone().without_header("webhook-timestamp"), 401, "bad-signature"),
        (good.clone().without_header("webhook-signature"), 401, "bad-signature"),
        (good.clone().with_header("webhook-id", "evt_2"), 401, "bad-signature"),
        (good.clone().with_header("webhook-id", "evt.1"), 401, "bad-signature"),
        (good.clone().with_header("webhook-timestamp", "now"), 401, "bad-signature"),
        (good.clone().with_header("webhook-signature", "v1,AAAA"), 401, "bad-signature"),
        (good.clone().with_body("application/json", &payment("p2", "paid").to_string()), 401, "bad-signature"),
        (good.clone().with_body("application/json", ""), 401, "bad-signature"),
        (at(-301), 401, "stale"),
        (at(301), 401, "stale"),
        (to("other-provider"), 401, "bad-signature"),
        (to("nobody"), 404, "unknown-sender"),
        (to(""), 404, "unknown-sender"),
        (good.clone().with_method("GET"), 405, "method-not-allowed"),
        (good.clone().with_method("PUT"), 405, "method-not-allowed"),
        (good.clone().with_body("application/json", &"x".repeat(65_537)), 413, "too-large"),
        (good.clone().with_header("content-type", "text/plain"), 415, "not-json"),
        (good.clone().without_header("content-type"), 415, "not-json"),
        (signed_text(&bench, "{"), 422, "not-understood"),
    ] {
        let seen = bench.seen(sent).await;
        assert_eq!((seen.status, &*seen.problem()), (status, problem), "{}", seen.body);
        assert_eq!(bench.table.calls(), calls, "{problem}: {}", seen.body);
    }
    assert_eq!((bench.stored(), bench.callbacks.calls()), (before, vec![]));
    for (id, seconds) in [("evt_3", -300), ("evt_4", 300)] {
        let at = bench.desk.now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
        assert_eq!(bench.seen(signed_at(at, NEW, id, &body)).await.status, 200, "{seconds}");
    }
}

fn signed_text(bench: &Bench, body: &str) -> Sent {
    let secrets = SigningSecrets::new(&[NEW]).unwrap();
    let now = bench.desk.now();
    unsigned(PROVIDER, body)
        .with_header("webhook-id", "evt_1")
        .with_header("webhook-timestamp", &now.as_second().to_string())
        .with_header("webhook-signature", &secrets.sign("evt_1", now, body))
}

#[tokio::test]
async fn an_event_that_comes_before_its_task_is_known_is_kept_for_it() {
    let bench = called().await;
    let event = payment("p2", "paid");
    for _ in 0..2 {
        let seen = bench.seen(signed(&bench, NEW, "evt_1", &event)).await;
        assert_eq!((seen.status, &seen.json()["status"]), (202, &json!("kept")));
    }
    let id = CallbackId::of(&TaskToken::new("another").unwrap().attempt_id());
    let external = ExternalId { sender: PROVIDER.to_owned(), id: "p2".to_owned() };
    let kept = bench.table.correlate(&external, id, bench.desk.now()).await.unwrap();
    assert_eq!(kept.iter().map(|event| &event.body).collect::<Vec<_>>(), [&Some(event)]);
    assert!(bench.callbacks.calls().is_empty());
}

#[tokio::test]
async fn the_event_of_another_sender_never_finds_the_task() {
    let bench = called().await;
    let before = bench.stored();
    let seen = bench.seen(signed(&bench, OTHERS, "evt_1", &payment("p1", "paid"))).await;
    assert_eq!((seen.status, &seen.json()["status"]), (202, &json!("kept")));
    assert_eq!((bench.stored(), bench.callbacks.calls()), (before, vec![]));
}

#[tokio::test]
async fn what_says_nothing_about_a_task_is_ignored() {
    let bench = called().await;
    let before = bench.stored();
    let calls = bench.table.calls();
    for body in [json!({ "status": "paid" }), json!({ "data": { "paymentId": null } }), json!([]), Value::Null] {
        let seen = bench.seen(signed(&bench, NEW, "evt_0", &body)).await;
        assert_eq!((seen.status, &seen.json()["status"]), (202, &json!("ignored")), "{body}");
        assert_eq!(bench.table.calls(), calls, "it is about nothing that could be looked for");
    }
    let seen = bench.seen(signed(&bench, NEW, "evt_1", &payment("p1", "unheard of"))).await;
    assert_eq!((seen.status, &seen.json()["status"]), (202, &json!("ignored")));
    let odd = json!({ "status": "odd", "error": "States.Timeout", "data": { "paymentId": "p1" } });
    let seen = bench.seen(signed(&bench, NEW, "evt_2", &odd)).await;
    assert_eq!((seen.status, &*seen.problem()), (422, "not-understood"));
    assert_eq!((bench.stored(), bench.callbacks.calls()), (before, vec![]));
}

#[tokio::test]
async fn a_late_event_is_told_once_however_often_it_comes() {
    let bench = called().await;
    bench.pass(Duration::from_hours(1));
    let event = signed(&bench, NEW, "evt_1", &payment("p1", "paid"));
    for _ in 0..2 {
        let seen = bench.seen(event.clone()).await;
        assert_eq!((seen.status, &*seen.problem()), (409, "expired"));
    }
    let late = bench.outside.late();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].source, Source::Event { sender: PROVIDER.to_owned(), id: "evt_1".to_owned() });
    assert_eq!(late[0].answer, MachineAnswer::Success { output: json!(["paid"]) });
}

#[tokio::test]
async fn an_event_after_another_answer_is_late_and_the_same_again_is_not() {
    let bench = called().await;
    bench.seen(posts(&bench, "answer", &json!({ "status": "paid" }))).await;
    let same = bench.seen(signed(&bench, NEW, "evt_1", &payment("p1", "paid"))).await;
    assert_eq!((same.status, &same.json()["status"]), (200, &json!("succeeded")));
    assert!(bench.outside.late().is_empty());
    let other = bench.seen(signed(&bench, NEW, "evt_2", &payment("p1", "failed"))).await;
    assert_eq!((other.status, &*other.problem()), (409, "decided"));
    assert_eq!((bench.outside.late().len(), bench.callbacks.answers().len()), (1, 1));
}

#[tokio::test]
async fn a_link_is_no_key_of_an_event_and_an_event_none_of_a_link() {
    let bench = called().await;
    let by_link = behind("POST", &link(&bench), "heartbeat").with_header("idempotency-key", "evt_1");
    assert_eq!(bench.seen(by_link).await.status, 200);
    assert_eq!(bench.seen(signed(&bench, NEW, "evt_1", &payment("p1", "paid"))).await.status, 200);
}
