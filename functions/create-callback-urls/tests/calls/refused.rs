//! Calls that create no URLs, and what is said about them: the same to a call of the function as to a request.

use callbacks::urls::Switches;
use serde_json::{Value, json};

use crate::bench::{Bench, ON, TOKEN, order, request, without_ids};

/// The name and the message of the error, which are told in the documented form.
async fn refused(bench: &Bench, order: &Value) -> (String, String) {
    let direct = bench.called(order).await;
    let (status, body) = bench.asked(&request(&order.to_string())).await;
    assert_eq!(status, 400, "{body}");
    assert_eq!(without_ids(direct.clone()), without_ids(body));
    let (error, message) = (direct["error"].as_str().unwrap(), direct["message"].as_str().unwrap());
    let fields: Vec<&String> = direct.as_object().unwrap().keys().filter(|name| *name != "transaction_id").collect();
    assert_eq!(fields, ["error", "message"]);
    assert!(!message.is_empty() && !message.contains(TOKEN), "{message}");
    (error.to_owned(), message.to_owned())
}

/// One call for each error that is of the call alone; the tests of the contract have every way to make it.
fn wrong() -> Vec<(Value, &'static str, &'static str)> {
    let of = |action: Value| order(json!({ "actions": [action] }));
    let post = |outcome: Value| {
        let mut all = json!({ "name": "o", "type": "success", "schema": {} });
        all.as_object_mut().unwrap().extend(outcome.as_object().unwrap().clone());
        of(json!({ "name": "it", "type": "post", "outcomes": [all] }))
    };
    let beat = || json!({ "name": "it", "type": "heartbeat" });
    vec![
        (json!([]), "InvalidJSON", "must be an object"),
        (order(json!({ "actions": [beat(), beat()] })), "DuplicateActionName", "there is more than one action `it`"),
        (order(json!({ "expiration": "2026-11-22T10:00:00Z" })), "InvalidDate", "the expiration is past"),
        (
            of(json!({ "name": "it", "type": "failure", "error": "x".repeat(257) })),
            "InvalidAction",
            "actions[0]: error: has 257 characters",
        ),
        (
            post(json!({ "schema": { "type": 5 }, "output_body": true })),
            "InvalidPostActionOutcome",
            "actions[0].outcomes[0]",
        ),
        (post(json!({ "output_path": "$[" })), "InvalidJsonPath", "actions[0].outcomes[0].output_path"),
    ]
}

#[tokio::test]
async fn whatever_is_wrong_is_named_and_nothing_is_stored() {
    let bench = Bench::new();
    for (order, error, message) in wrong() {
        let (name, said) = refused(&bench, &order).await;
        assert_eq!(name, error, "{said}");
        assert!(said.starts_with(message), "{said}, and not {message}");
    }
    assert_eq!((bench.stored(), bench.table.calls()), (None, 0), "the table is not asked about what is wrong");
}

#[tokio::test]
async fn what_is_switched_off_creates_no_urls() {
    let outcomes = json!([{ "name": "o", "type": "success", "schema": {}, "output_body": true }]);
    let posts = order(json!({ "actions": [{ "name": "it", "type": "post", "outcomes": outcomes }] }));
    let parameters = order(json!({ "enable_output_parameters": true }));
    for (switches, order, error) in [
        (Switches::default(), &posts, Some("PostActionsDisabled")),
        (Switches::default(), &parameters, Some("ParametersDisabled")),
        (Switches { post_actions: false, ..ON }, &posts, Some("PostActionsDisabled")),
        (Switches { output_parameters: false, ..ON }, &parameters, Some("ParametersDisabled")),
        (Switches { post_actions: false, ..ON }, &parameters, None),
        (Switches { output_parameters: false, ..ON }, &posts, None),
    ] {
        let bench = Bench::with(switches);
        match error {
            Some(error) => assert_eq!(refused(&bench, order).await.0, error),
            None => assert!(bench.called(order).await.get("urls").is_some(), "{switches:?}"),
        }
        assert_eq!(bench.stored().is_none(), error.is_some());
    }
}

#[tokio::test]
async fn a_task_that_waits_for_people_gets_no_urls() {
    let bench = Bench::new();
    bench.ask_people().await;
    let before = bench.stored();
    let (error, message) = refused(&bench, &order(json!({}))).await;
    assert_eq!(error, "TokenInUse");
    assert!(message.starts_with("the task waits for its approval already"), "{message}");
    assert_eq!(bench.stored(), before);
}

/// What came of a refused call can be looked up by its name.
#[tokio::test]
async fn a_refused_call_that_was_understood_has_a_name() {
    let bench = Bench::new();
    assert!(bench.called(&order(json!({ "expiration": "soon" }))).await["transaction_id"].is_string());
    assert_eq!(bench.called(&json!({})).await.get("transaction_id"), None);
}
