//! Calls that create no URLs, and what is said about them: the same to a call of the function as to a request.

use callbacks::urls::Switches;
use serde_json::{Value, json};

use crate::bench::{Bench, ON, TOKEN, order, request, without_ids};

/// The name and the message of the error, which are told in the documented form.
async fn refused(bench: &Bench, order: &Value) -> (String, String) {
    let direct = bench.called(order).await;
    let (status, headers, body) = bench.asked(&request(&order.to_string())).await;
    assert_eq!((status, headers), (400, json!({ "content-type": "application/json" })), "{body}");
    assert_eq!(without_ids(direct.clone()), without_ids(body));
    let (error, message) = (direct["error"].as_str().unwrap(), direct["message"].as_str().unwrap());
    let fields: Vec<&String> = direct.as_object().unwrap().keys().filter(|name| *name != "transaction_id").collect();
    assert_eq!(fields, ["error", "message"]);
    assert!(!message.is_empty() && !message.contains(TOKEN), "{message}");
    (error.to_owned(), message.to_owned())
}

/// Everything about a call that can be wrong by itself.
fn wrong() -> Vec<(Value, &'static str, &'static str)> {
    let of = |action: Value| order(json!({ "actions": [action] }));
    let post = |outcome: Value| {
        let mut all = json!({ "name": "o", "type": "success", "schema": {} });
        all.as_object_mut().unwrap().extend(outcome.as_object().unwrap().clone());
        of(json!({ "name": "it", "type": "post", "outcomes": [all] }))
    };
    let beat = || json!({ "name": "it", "type": "heartbeat" });
    let respond = |response: Value| of(json!({ "name": "it", "type": "heartbeat", "response": response }));
    let success = |output: Value| of(json!({ "name": "it", "type": "success", "output": output }));
    vec![
        (json!([]), "InvalidJSON", "must be an object"),
        (json!("text"), "InvalidJSON", "must be an object"),
        (json!({}), "InvalidJSON", "token: is missing"),
        (json!({ "token": TOKEN }), "InvalidJSON", "actions: is missing"),
        (order(json!({ "token": "" })), "InvalidJSON", "token: the task token is empty"),
        (order(json!({ "token": 5 })), "InvalidJSON", "token: must be a text"),
        (order(json!({ "token": "t".repeat(2_049) })), "InvalidJSON", "token: "),
        (order(json!({ "more": 1 })), "InvalidJSON", "more: is not known"),
        (order(json!({ "actions": [] })), "InvalidJSON", "actions: must be 1 to 50"),
        (order(json!({ "actions": {} })), "InvalidJSON", "actions: must be a list"),
        (of(json!({ "type": "heartbeat" })), "InvalidJSON", "actions[0].name: is missing"),
        (of(json!({ "name": "no spaces", "type": "heartbeat" })), "InvalidJSON", "actions[0].name: must be 1 to 80"),
        (of(json!({ "name": "it" })), "InvalidJSON", "actions[0].type: is missing"),
        (of(json!({ "name": "it", "type": "cancel" })), "InvalidJSON", "actions[0].type: must be success, failure"),
        (of(json!({ "name": "it", "type": "success" })), "InvalidJSON", "actions[0].output: is missing"),
        (of(json!({ "name": "it", "type": "failure", "error": 5 })), "InvalidJSON", "actions[0].error: must be a text"),
        (of(json!({ "name": "it", "type": "post" })), "InvalidJSON", "actions[0].outcomes: is missing"),
        (post(json!({})), "InvalidJSON", "actions[0].outcomes[0]: must have one of output, output_body"),
        (respond(json!({ "json": 5 })), "InvalidJSON", "actions[0].response.json: must be an object"),
        (respond(json!({ "redirect": "/thanks" })), "InvalidJSON", "actions[0].response.redirect: must be a URI"),
        (order(json!({ "expiration": 5 })), "InvalidJSON", "expiration: must be a text"),
        (order(json!({ "enable_output_parameters": 1 })), "InvalidJSON", "enable_output_parameters: must be true"),
        (order(json!({ "base_url": 5 })), "InvalidJSON", "base_url: must be a URL or an object"),
        (order(json!({ "base_url": "http://example.com" })), "InvalidJSON", "base_url: must begin with https://"),
        (order(json!({ "base_url": {} })), "InvalidJSON", "base_url.api_id: is missing"),
        (order(json!({ "actions": [beat(), beat()] })), "DuplicateActionName", "there is more than one action `it`"),
        (order(json!({ "expiration": "soon" })), "InvalidDate", "the expiration is no date"),
        (order(json!({ "expiration": "2026-11-22T10:00:00Z" })), "InvalidDate", "the expiration is past"),
        (order(json!({ "expiration": "2026-11-22T10:59:59+01:00" })), "InvalidDate", "the expiration is past"),
        (success(json!("x".repeat(196_607))), "InvalidAction", "actions[0]: the output has 196609 bytes"),
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
