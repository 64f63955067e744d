//! What is not taken of machines that come by a link, and what they are told.

use std::time::Duration;

use callback_bridge::Refusal;
use callbacks::{CapabilityLink, LinkKeys, MachineAnswer, Recipient, Source, Withdrawal};
use serde_json::json;

use crate::{
    bench::{ALICE, Bench, KEYS, Seen},
    provider::{behind, called, link, posts},
};

#[tokio::test]
async fn every_wrong_link_and_every_unknown_way_gets_the_same_404() {
    let (bench, people) = (called().await, Bench::new().await);
    let link_of = |recipient, generation| {
        CapabilityLink::new(&LinkKeys::read(KEYS).unwrap(), Bench::id(), recipient, generation).secret()
    };
    let right = link(&bench);
    let of_machine = link_of(Recipient::Destination, 0);
    assert_eq!(right, of_machine);
    let mut seen: Vec<Seen> = Vec::new();
    for method in ["GET", "POST"] {
        let sent = |link: &str, way: &str| {
            behind(method, link, way).with_body("application/json", &json!({ "output": 1 }).to_string())
        };
        for wrong in [
            String::new(),
            "x".to_owned(),
            "..".to_owned(),
            right[1..].to_owned(),
            format!("{right}x"),
            link_of(Recipient::Approver(0), 0),
            link_of(Recipient::Destination, 1),
        ] {
            seen.push(bench.seen(sent(&wrong, "success")).await);
        }
        for way in ["", "Success", "succeed", "success/", "answer ", "approve", ".."] {
            seen.push(bench.seen(sent(&right, way)).await);
            seen.push(bench.seen(sent("x", way)).await);
        }
        // Nobody answers for people by the way of machines, with neither link.
        seen.push(people.seen(sent(&people.link_of(ALICE), "success")).await);
        seen.push(people.seen(sent(&of_machine, "success")).await);
    }
    assert_eq!((seen[0].status, &*seen[0].problem()), (404, "unknown-link"));
    for response in &seen {
        assert_eq!(response, &seen[0]);
    }
    assert_eq!((bench.callbacks.calls(), people.callbacks.calls()), (vec![], vec![]));
}

#[tokio::test]
async fn what_can_be_refused_without_the_table_is() {
    let bench = called().await;
    let (before, calls) = (bench.stored(), bench.table.calls());
    let good = posts(&bench, "success", &json!({ "output": 1 }));
    let with = |content_type: &str, body: &str| good.clone().with_body(content_type, body);
    let json = "application/json";
    let of_people = CapabilityLink::new(&LinkKeys::read(KEYS).unwrap(), Bench::id(), Recipient::Approver(0), 0);
    for (sent, status, problem) in [
        (good.clone().with_method("PUT"), 405, "method-not-allowed"),
        (good.clone().with_method("DELETE"), 405, "method-not-allowed"),
        (good.clone().with_header("sec-fetch-site", "cross-site"), 403, "cross-site"),
        (behind("POST", &link(&bench), "heartbeat").with_header("sec-fetch-site", "cross-site"), 403, "cross-site"),
        (with(json, &"x".repeat(65_537)), 413, "too-large"),
        (behind("POST", &link(&bench), "heartbeat").with_body(json, &" ".repeat(65_537)), 413, "too-large"),
        (with("application/x-www-form-urlencoded", "output=1"), 415, "not-json"),
        (with("text/plain", "1"), 415, "not-json"),
        (behind("POST", &link(&bench), "success"), 415, "not-json"),
        (with(json, "{"), 422, "not-understood"),
        (with(json, "{}"), 422, "not-understood"),
        (with(json, "[1]"), 422, "not-understood"),
        (with(json, r#"{ "output": 1, "outptu": 2 }"#), 422, "not-understood"),
        (posts(&bench, "failure", &json!({ "error": 3 })), 422, "not-understood"),
        (good.clone().with_header("idempotency-key", ""), 422, "not-understood"),
        (good.clone().with_header("idempotency-key", &"k".repeat(257)), 422, "not-understood"),
        (behind("POST", "x", "success").with_body(json, r#"{ "output": 1 }"#), 404, "unknown-link"),
        (behind("GET", "x", "success"), 404, "unknown-link"),
        (behind("GET", &link(&bench), "more"), 404, "unknown-link"),
        (behind("GET", &of_people.secret(), "success"), 404, "unknown-link"),
    ] {
        let seen = bench.seen(sent).await;
        assert_eq!((seen.status, &*seen.problem()), (status, problem), "{}", seen.body);
        assert_eq!(seen.headers.get("allow").map(String::as_str), (status == 405).then_some("GET, HEAD, POST"));
        assert_eq!(bench.table.calls(), calls, "{problem}: {}", seen.body);
    }
    assert_eq!((bench.stored(), bench.callbacks.calls()), (before, vec![]));
    let largest = format!("{}1", " ".repeat(65_535));
    assert_eq!(bench.seen(behind("POST", &link(&bench), "answer").with_body(json, &largest)).await.status, 422);
    for site in ["same-origin", "same-site", "none"] {
        assert_eq!(bench.seen(good.clone().with_header("sec-fetch-site", site)).await.status, 200, "{site}");
    }
}

#[tokio::test]
async fn a_body_that_says_nothing_about_the_task_is_refused_with_the_reason() {
    let bench = called().await;
    for (way, body, reason) in [
        ("answer", json!({ "status": "unheard of" }), "none of the outcomes"),
        ("answer", json!(null), "none of the outcomes"),
        ("answer", json!({ "status": "odd", "error": "States.Timeout" }), "States."),
        ("failure", json!({ "error": "Bridge.Expired" }), "Bridge."),
        ("success", json!({ "outptu": 1 }), "outptu"),
    ] {
        let seen = bench.seen(posts(&bench, way, &body)).await;
        assert_eq!((seen.status, &*seen.problem()), (422, "not-understood"));
        let detail = seen.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(reason), "{detail}");
    }
    assert_eq!((bench.callbacks.calls(), bench.outside.late()), (vec![], vec![]));
}

#[tokio::test]
async fn another_answer_than_the_first_is_late_and_that_is_told() {
    let bench = called().await;
    bench.seen(posts(&bench, "success", &json!({ "output": 1 }))).await;
    for (way, body) in
        [("success", json!({ "output": 2 })), ("failure", json!({})), ("answer", json!({ "status": "paid" }))]
    {
        let seen = bench.seen(posts(&bench, way, &body)).await;
        assert_eq!((seen.status, &*seen.problem()), (409, "decided"));
        assert_eq!(seen.json()["callback"]["status"], "succeeded");
    }
    let late = bench.outside.late();
    assert_eq!(late.len(), 3);
    assert_eq!((&late[0].answer, &late[0].source), (&MachineAnswer::Success { output: json!(2) }, &Source::Link));
    let beat = bench.seen(behind("POST", &link(&bench), "heartbeat")).await;
    assert_eq!((beat.status, &*beat.problem()), (409, "decided"));
    assert_eq!((bench.callbacks.answers().len(), bench.callbacks.heartbeats()), (1, 0));
    assert_eq!(bench.outside.late().len(), 3, "a heartbeat is no answer");
}

#[tokio::test]
async fn after_the_deadline_it_is_gone_before_and_after_the_sweep() {
    let bench = called().await;
    bench.pass(Duration::from_hours(1));
    for swept in [false, true] {
        if swept {
            bench.sweep().await;
        }
        assert_eq!(bench.seen(behind("GET", &link(&bench), "answer")).await.json()["status"], "expired");
        for way in ["failure", "heartbeat"] {
            let seen = bench.seen(behind("POST", &link(&bench), way)).await;
            assert_eq!((seen.status, &*seen.problem()), (410, "expired"), "{way}, swept: {swept}");
            assert_eq!(seen.json()["callback"]["status"], "expired");
        }
    }
    assert_eq!(bench.outside.late().len(), 2);
}

#[tokio::test]
async fn what_was_withdrawn_is_gone() {
    let bench = called().await;
    let withdrawal = Withdrawal { by: "carol@example.com".to_owned(), reason: "a mistake".to_owned() };
    bench.desk.withdraw(Bench::id(), &withdrawal).await.unwrap();
    for way in ["failure", "heartbeat"] {
        let seen = bench.seen(behind("POST", &link(&bench), way)).await;
        assert_eq!((seen.status, &*seen.problem()), (410, "withdrawn"), "{way}");
        assert!(!seen.body.contains("carol"), "who withdrew it is nobody else's business: {}", seen.body);
    }
    assert_eq!(bench.outside.late().len(), 1);
}

#[tokio::test]
async fn a_task_that_nobody_waits_for_is_gone() {
    let bench = called().await;
    let _callbacks = bench.callbacks.clone().beating([Err(Refusal::TaskTimedOut)]);
    for (way, late) in [("heartbeat", 0), ("heartbeat", 0), ("failure", 1)] {
        let seen = bench.seen(behind("POST", &link(&bench), way)).await;
        assert_eq!((seen.status, &*seen.problem()), (410, "nobody-waits"), "{way}");
        assert_eq!(seen.json()["callback"]["status"], "nobodyWaits");
        assert_eq!(bench.outside.late().len(), late, "{way}");
    }
}
