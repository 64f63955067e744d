//! Machines that answer by their links.

use callback_bridge::{Answer, Refusal};
use callbacks::pages::headers;
use serde_json::{Value, json};

use crate::{
    bench::{Bench, Sent},
    provider::{behind, called, link, posts},
};

/// What the one answer to Step Functions is: the output, or the error and the message of the cause.
pub(crate) fn told(bench: &Bench) -> (String, Value) {
    let answers = bench.callbacks.answers();
    let [answer] = &answers[..] else { panic!("{answers:?}") };
    match answer {
        Answer::Success(output) => (String::new(), serde_json::from_str(output.as_json()).unwrap()),
        Answer::Failure(failure) => {
            let cause: Value = serde_json::from_str(&failure.cause()).unwrap();
            (failure.error().to_owned(), cause["message"].clone())
        }
    }
}

#[tokio::test]
async fn every_way_of_answering_ends_the_task_as_it_says() {
    let no_cause = json!("the destination gave no cause");
    for (way, body, status, error, message) in [
        ("success", json!({ "output": { "paid": 3 } }), "succeeded", "", json!({ "paid": 3 })),
        ("success", json!({ "output": null }), "succeeded", "", Value::Null),
        ("failure", json!({ "error": "NoMoney", "cause": "3 missing" }), "failed", "NoMoney", json!("3 missing")),
        ("failure", json!({ "cause": "3 missing" }), "failed", "Bridge.WebhookFailed", json!("3 missing")),
        ("failure", json!({}), "failed", "Bridge.WebhookFailed", no_cause.clone()),
        ("answer", json!({ "status": "paid" }), "succeeded", "", json!(["paid"])),
        ("answer", json!({ "status": "failed" }), "failed", "Payment.Failed", no_cause),
    ] {
        let bench = called().await;
        let seen = bench.seen(posts(&bench, way, &body)).await;
        assert_eq!((seen.status, &*seen.headers["content-type"]), (200, "application/json"), "{way} {body}");
        assert_eq!((&seen.json()["status"], &seen.json()["delivery"]), (&json!(status), &json!("delivered")));
        assert_eq!(seen.json()["callbackId"], Bench::id().to_string());
        assert_eq!(told(&bench), (error.to_owned(), message), "{way} {body}");
        assert!(bench.stored().state.token.is_none());
    }
}

#[tokio::test]
async fn a_failure_needs_no_body() {
    let bench = called().await;
    assert_eq!(bench.seen(behind("POST", &link(&bench), "failure")).await.status, 200);
    assert_eq!(told(&bench).0, "Bridge.WebhookFailed");
}

#[tokio::test]
async fn a_heartbeat_is_passed_on_and_ends_nothing() {
    let bench = called().await;
    let before = bench.stored();
    for sent in [
        behind("POST", &link(&bench), "heartbeat"),
        behind("POST", &link(&bench), "heartbeat").with_body("text/plain", "still at it"),
        posts(&bench, "answer", &json!({ "status": "working" })),
    ] {
        let seen = bench.seen(sent).await;
        assert_eq!((seen.status, &seen.json()["status"]), (200, &json!("open")));
    }
    assert_eq!(bench.callbacks.heartbeats(), 3);
    assert_eq!((bench.callbacks.answers(), bench.stored()), (vec![], before));
}

#[tokio::test]
async fn get_and_head_show_where_the_task_stands_and_change_nothing() {
    let bench = called().await;
    for status in ["open", "succeeded"] {
        if status == "succeeded" {
            bench.seen(posts(&bench, "success", &json!({ "output": 1 }))).await;
        }
        let (before, calls) = (bench.stored(), bench.callbacks.calls());
        for sent in [
            Sent::new("GET", &link(&bench)),
            behind("GET", &link(&bench), "answer"),
            behind("GET", &link(&bench), "success").with_header("idempotency-key", "1"),
            behind("GET", &link(&bench), "failure").with_header("sec-fetch-site", "cross-site"),
            behind("GET", &link(&bench), "heartbeat").with_header("accept", "text/html"),
        ] {
            let get = bench.seen(sent.clone()).await;
            assert_eq!((get.status, &get.json()["status"]), (200, &json!(status)));
            let head = bench.seen(sent.with_method("HEAD")).await;
            assert_eq!((head.status, &head.headers, &*head.body), (200, &get.headers, ""));
            for (name, value) in headers() {
                assert_eq!(get.headers.get(*name).map(String::as_str), Some(*value), "{name}");
            }
        }
        assert_eq!((bench.stored(), bench.callbacks.calls()), (before, calls));
    }
}

#[tokio::test]
async fn the_same_answer_again_by_whatever_way_is_taken_and_told_once() {
    let bench = called().await;
    let first = bench.seen(posts(&bench, "success", &json!({ "output": ["paid"] }))).await;
    for (way, body) in [("success", json!({ "output": ["paid"] })), ("answer", json!({ "status": "paid" }))] {
        assert_eq!(bench.seen(posts(&bench, way, &body)).await, first, "{way}");
    }
    assert_eq!(told(&bench).1, json!(["paid"]));
    assert!(bench.outside.late().is_empty());
}

/// The machine has done its part, whatever Step Functions says.
#[tokio::test]
async fn an_answer_that_step_functions_does_not_take_yet_is_recorded() {
    let bench = called().await;
    let throttled = Refusal::Throttled { code: "ThrottlingException".to_owned() };
    let _callbacks = bench.callbacks.clone().answering([Err(throttled)]);
    let seen = bench.seen(posts(&bench, "success", &json!({ "output": 1 }))).await;
    assert_eq!((seen.status, &seen.json()["delivery"]), (200, &json!("pending")));
}
