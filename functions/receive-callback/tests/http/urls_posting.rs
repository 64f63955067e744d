//! Post actions: what is posted says what becomes of the task.

use callbacks::{Source, urls::TransactionId};
use serde_json::{Value, json};

use crate::urls::{ACCEPT, Told, Urls, error};

fn schema(result: &str) -> Value {
    json!({ "type": "object", "properties": { "result": { "const": result } }, "required": ["result"] })
}

/// A payment provider that posts how it went, and an action beside it.
async fn hook() -> Urls {
    Urls::of(json!([
        {
            "name": "hook", "type": "post",
            "response": { "json": { "shown": "by the action" } },
            "outcomes": [
                { "name": "paid", "type": "success", "schema": schema("paid"), "output_body": true },
                { "name": "some", "type": "success", "schema": schema("some"), "output_path": "$.items[*].id" },
                { "name": "fixed", "type": "success", "schema": schema("fixed"), "output": { "by": "$who" } },
                { "name": "late", "type": "failure", "schema": schema("late"), "error": "Payment.Late", "cause_path": "$.why" },
                { "name": "bad", "type": "failure", "schema": schema("bad"), "error_path": "reason", "cause": "as it said" },
                { "name": "busy", "type": "heartbeat", "schema": schema("busy"), "response": { "json": { "shown": "by the outcome" } } },
                { "name": "second", "type": "failure", "schema": schema("paid"), "error": "Never" },
            ],
        },
        { "name": "give_up", "type": "failure", "error": "GaveUp" },
    ]))
    .await
}

#[tokio::test]
async fn the_first_outcome_that_fits_says_what_becomes_of_the_task() {
    for (body, told) in [
        (json!({ "result": "paid", "amount": 3 }), Told::Success(json!({ "result": "paid", "amount": 3 }))),
        (json!({ "result": "some", "items": [{ "id": 1 }, { "id": "b" }] }), Told::Success(json!([1, "b"]))),
        (json!({ "result": "some", "items": [{ "id": 1 }] }), Told::Success(json!([1]))),
        (json!({ "result": "some" }), Told::Success(json!([]))),
        (json!({ "result": "fixed" }), Told::Success(json!({ "by": "$who" }))),
        (json!({ "result": "late", "why": "rain" }), Told::failure("Payment.Late", "rain")),
        (json!({ "result": "late", "why": { "a": 1 } }), Told::failure("Payment.Late", r#"[{"a":1}]"#)),
        (json!({ "result": "bad", "reason": "no_money" }), Told::failure("no_money", "as it said")),
        (json!({ "result": "bad", "reason": 5 }), Told::failure("[5]", "as it said")),
        (json!({ "result": "bad" }), Told::failure("", "as it said")),
    ] {
        let urls = hook().await;
        let seen = urls.post_json("hook", &body).await;
        assert_eq!((seen.status, seen.json()), (200, json!({ "shown": "by the action" })), "{body}");
        assert_eq!(urls.told(), [told], "{body}");
    }
}

#[tokio::test]
async fn an_outcome_may_be_a_heartbeat_and_has_a_response_of_its_own() {
    let urls = hook().await;
    for beats in 1..=2 {
        let seen = urls.post_json("hook", &json!({ "result": "busy" })).await;
        assert_eq!((seen.status, seen.json()), (200, json!({ "shown": "by the outcome" })));
        assert_eq!((urls.bench.callbacks.heartbeats(), urls.told()), (beats, vec![]));
    }
    let paid = json!({ "result": "paid" });
    let first = urls.post_json("hook", &paid).await;
    assert_eq!(urls.post_json("hook", &paid).await, first);
    assert_eq!(error(&urls.post_json("hook", &json!({ "result": "busy" })).await).1, "StepFunctionsError");
    assert_eq!((urls.told(), urls.bench.outside.late().len()), (vec![Told::Success(paid)], 0));
}

#[tokio::test]
async fn what_comes_of_another_body_afterwards_is_too_late() {
    let urls = hook().await;
    urls.post_json("hook", &json!({ "result": "paid", "amount": 3 })).await;
    for body in [json!({ "result": "paid", "amount": 4 }), json!({ "result": "bad" })] {
        assert_eq!(error(&urls.post_json("hook", &body).await), (400, "StepFunctionsError".to_owned()));
    }
    let of = |outcome: &str| Source::Url { transaction_id: TransactionId::new(1), outcome: outcome.to_owned() };
    let late: Vec<Source> = urls.bench.outside.late().into_iter().map(|late| late.source).collect();
    assert_eq!(late, [of("hook.paid"), of("hook.bad")]);
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_by_its_name_and_changes_nothing() {
    let urls = hook().await;
    let before = urls.bench.stored();
    let with = |content_type: &str, body: &str| urls.to("POST", "hook").with_body(content_type, body);
    let json = "application/json";
    for (sent, status, name) in [
        (with(json, r#"{ "result": "else" }"#), 400, "InvalidPostActionBody"),
        (with(json, "null"), 400, "InvalidPostActionBody"),
        (with(json, r#"{ "result": "bad", "reason": "States.Timeout" }"#), 400, "InvalidPostActionBody"),
        (with(json, r#"{ "result": "bad", "reason": "Bridge.Expired" }"#), 400, "InvalidPostActionBody"),
        (with(json, "{"), 400, "InvalidJSON"),
        (with(json, ""), 400, "InvalidJSON"),
        (urls.to("POST", "hook").with_header("content-type", json), 400, "InvalidJSON"),
        (with("text/plain", r#"{ "result": "paid" }"#), 415, "InvalidPostActionBody"),
        (with("application/x-www-form-urlencoded", "result=paid"), 415, "InvalidPostActionBody"),
        (urls.to("POST", "hook"), 415, "InvalidPostActionBody"),
        (urls.to("GET", "hook").with_body(json, r#"{ "result": "paid" }"#), 405, "PostActionNotPosted"),
    ] {
        let seen = urls.bench.seen(sent.clone()).await;
        assert_eq!(error(&seen), (status, name.to_owned()), "{}", seen.body);
        for accept in ACCEPT {
            let seen = urls.bench.seen(sent.clone().with_header("accept", accept)).await;
            assert!(seen.status == status && seen.body.contains(name), "{accept}: {}", seen.body);
        }
    }
    assert_eq!((urls.bench.stored(), urls.bench.callbacks.calls()), (before, vec![]));
    for content_type in ["application/json; charset=utf-8", "Application/Json"] {
        assert_eq!(urls.bench.seen(with(content_type, r#"{ "result": "busy" }"#)).await.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn the_action_beside_it_is_called_as_ever() {
    let urls = hook().await;
    assert_eq!(urls.post("give_up").await.json(), urls.taken("give_up"));
    assert_eq!(urls.told(), [Told::failure("GaveUp", "")]);
}

/// Whoever posts says enough by the body.
#[tokio::test]
async fn nothing_is_filled_into_a_post_action_although_the_call_wants_it() {
    let outcome =
        json!({ "name": "o", "type": "success", "schema": {}, "output": "$who", "response": { "text": "$who" } });
    let urls = Urls::ordered(json!({
        "actions": [{ "name": "hook", "type": "post", "outcomes": [outcome] }], "enable_output_parameters": true,
    }))
    .await;
    let sent = urls.with_parameters("POST", "hook", "who=Ann").with_body("application/json", "{}");
    let seen = urls.bench.seen(sent.with_header("accept", "text/plain")).await;
    assert_eq!((&*seen.body, urls.told()), ("$who", vec![Told::Success(json!("$who"))]));
}
