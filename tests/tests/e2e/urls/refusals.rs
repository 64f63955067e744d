//! What is refused for other reasons than what was written: by the method, by the size, by whoever else is asked, and where a
//! service is in trouble.

use callback_bridge_local::CallFault;
use reqwest::Method;
use serde_json::{Value, json};

use super::bench::{Replied, run, stack, text};
use crate::{approvals::People, bench::send};

fn both() -> Value {
    json!([
        { "name": "approve", "type": "success", "output": "yes" }, { "name": "alive", "type": "heartbeat" },
    ])
}

/// An error has its name, and says why, in the form of the contract.
fn is_refused(refused: &Replied, status: u16, name: &str) {
    assert_eq!(refused.error(), (status, name.to_owned()), "{refused:?}");
    let fields: Vec<_> = refused.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["error", "message"]);
}

#[test]
fn a_method_a_size_and_a_link_that_are_wrong_are_refused_in_the_form_of_the_contract() {
    run(stack("urls-misused"), async |urls| {
        let (waiting, created) = urls.created(both()).await;
        let url = text(&created["urls"]["approve"]);
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let refused = urls.sent(urls.client.request(method, url)).await;
            is_refused(&refused, 405, "MethodNotAllowed");
            assert_eq!(refused.headers["allow"], "GET, HEAD, POST");
        }
        is_refused(&urls.sent(urls.client.post(url).body("x".repeat(65_537))).await, 413, "PayloadTooLarge");
        let (begin, link) = url.split_once("/u/").unwrap();
        for wrong in ["x".to_owned(), link.replacen("?action=", "A?action=", 1), link.replacen(".a", ".b", 1)] {
            let wrong = json!(format!("{begin}/u/{wrong}"));
            for refused in [urls.get(&wrong).await, urls.post(&wrong).await] {
                is_refused(&refused, 404, "InvalidPayload");
            }
        }
        assert!(urls.is_running(&waiting).await);
        assert_eq!(urls.sent(urls.client.post(url).body("x".repeat(65_536))).await.status, 200, "nobody reads it");
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("yes")));
    });
}

#[test]
fn a_token_that_people_are_asked_about_or_that_nobody_issued_is_refused() {
    run(stack("urls-tokens"), async |urls| {
        let waiting = urls.waits().await;
        let people = People::of(urls.sample);
        let approval = people.question(&["alice"], json!({}));
        send(urls.sample, "CallbackQueueUrl", &json!({ "taskToken": waiting.token, "approval": approval }).to_string())
            .await;
        people.asked("alice").await;
        let order = json!({ "token": waiting.token, "actions": both() });
        assert_eq!(urls.create(&order).await["error"], "TokenInUse");
        assert_eq!(urls.post_order(&order).await.error(), (400, "TokenInUse".to_owned()));
        assert_eq!(people.decide("alice", "approve", "").await.status, 200);
        urls.end_of(&waiting).await;

        let created = urls.create(&json!({ "token": "AQCkAAAAKg", "actions": both() })).await;
        for _ in 0..2 {
            let posted = urls.post(&created["urls"]["approve"]).await;
            is_refused(&posted, 400, "StepFunctionsError");
            assert!(posted.json()["message"].as_str().unwrap().starts_with("InvalidToken"), "{posted:?}");
        }
    });
}

#[test]
fn where_the_table_is_in_trouble_the_caller_is_told_to_come_again() {
    run(stack("urls-trouble"), async |urls| {
        let (waiting, created) = urls.created(both()).await;
        let url = &created["urls"]["approve"];
        let order = json!({ "token": waiting.token, "actions": both() });
        let bridge = &urls.sample.bridge;
        let denied = |operation| {
            bridge.proxy().faults().inject_lasting(operation, CallFault::refuse(400, "AccessDeniedException"))
        };
        let unread = denied("Query");
        for refused in [urls.get(url).await, urls.post(url).await] {
            is_refused(&refused, 500, "ServiceError");
        }
        unread.take_back();
        let unwritten = denied("UpdateItem");
        is_refused(&urls.post(url).await, 500, "ServiceError");
        is_refused(&urls.post_order(&order).await, 500, "ServiceError");
        assert_eq!(urls.create(&order).await["error"], "ServiceError");
        unwritten.take_back();
        let unbeaten = denied("SendTaskHeartbeat");
        is_refused(&urls.post(&created["urls"]["alive"]).await, 500, "ServiceError");
        unbeaten.take_back();

        assert!(urls.is_running(&waiting).await);
        assert!(
            urls.post_order(&order).await.status == 200 && urls.post(&created["urls"]["alive"]).await.status == 200
        );
        assert_eq!(urls.post(url).await.status, 200);
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("yes")));
    });
}
