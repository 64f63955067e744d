//! What is wrong with a call that creates URLs has the name that it has there, by the API and by a direct call.

use serde_json::{Value, json};

use super::bench::{keys, run, stack};

/// A call that would be taken, but for these fields, which it has instead or more.
fn order(fields: Value) -> Value {
    let approve = json!({ "name": "approve", "type": "success", "output": 1 });
    merged(json!({ "token": "AQCkAAAAKg", "actions": [approve] }), fields)
}

/// One whose only action is this one.
fn action(action: Value) -> Value {
    order(json!({ "actions": [merged(json!({ "name": "it" }), action)] }))
}

/// One whose only action has this response.
fn response(response: Value) -> Value {
    action(json!({ "type": "heartbeat", "response": response }))
}

/// One whose only action takes what is posted, with an outcome of this type and these fields.
fn outcome(of_type: &str, fields: Value) -> Value {
    let outcome = merged(json!({ "name": "any", "type": of_type, "schema": {} }), fields);
    action(json!({ "type": "post", "outcomes": [outcome] }))
}

fn merged(mut object: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("{fields} is no object") };
    object.as_object_mut().unwrap().extend(fields);
    object
}

/// The shape of all is looked at before anything else is.
fn misshapen() -> Vec<Value> {
    let approve = json!({ "name": "approve", "type": "success", "output": 1 });
    vec![
        json!([]),
        json!("order"),
        json!({}),
        json!({ "actions": [approve] }),
        json!({ "token": "AQCkAAAAKg" }),
        order(json!({ "token": 5 })),
        order(json!({ "token": "" })),
        order(json!({ "token": "a".repeat(2_049) })),
        order(json!({ "unknown": 1 })),
        order(json!({ "expiration": null })),
        order(json!({ "enable_output_parameters": 1 })),
        order(json!({ "base_url": "ftp://example.com" })),
        order(json!({ "base_url": "http://example.com" })),
        order(json!({ "base_url": { "api_id": "abc" } })),
        order(json!({ "actions": {} })),
        order(json!({ "actions": [] })),
        order(json!({ "actions": ["approve"] })),
        action(json!({ "name": "a b", "type": "heartbeat" })),
        action(json!({ "type": "unknown" })),
        action(json!({})),
        action(json!({ "type": "success" })),
        action(json!({ "type": "failure", "error": 5 })),
        action(json!({ "type": "failure", "cause": {} })),
        action(json!({ "type": "post" })),
        action(json!({ "type": "post", "outcomes": [] })),
        action(json!({ "type": "post", "outcomes": [{ "name": "any", "type": "heartbeat" }] })),
        response(json!("text")),
        response(json!({ "json": [] })),
        response(json!({ "text": 5 })),
        response(json!({ "redirect": "/thanks" })),
        outcome("post", json!({})),
        outcome("success", json!({})),
        outcome("success", json!({ "output": 1, "output_path": "$.id" })),
        outcome("success", json!({ "output": 1, "output_body": true })),
        outcome("failure", json!({ "error": "Bad", "error_path": "$.id" })),
        outcome("failure", json!({ "cause": "bad", "cause_path": "$.id" })),
        outcome("heartbeat", json!({ "response": { "json": 5 } })),
    ]
}

/// What has the shape of an order, and is none that can be done.
fn impossible() -> Vec<(Value, &'static str)> {
    let twice = json!({ "name": "twice", "type": "heartbeat" });
    let elsewhere = json!({ "name": "it", "type": "heartbeat", "response": { "redirect": "https://$shop/thanks" } });
    vec![
        (order(json!({ "actions": [twice, twice] })), "DuplicateActionName"),
        (order(json!({ "expiration": "soon" })), "InvalidDate"),
        (order(json!({ "expiration": "2001-01-01T00:00:00" })), "InvalidDate"),
        (action(json!({ "type": "success", "output": "x".repeat(200_000) })), "InvalidAction"),
        (action(json!({ "type": "failure", "error": "x".repeat(257) })), "InvalidAction"),
        (order(json!({ "actions": [elsewhere], "enable_output_parameters": true })), "InvalidAction"),
        (outcome("success", json!({ "output": 1, "schema": { "type": "nonsense" } })), "InvalidPostActionOutcome"),
        (outcome("success", json!({ "output_path": "$[" })), "InvalidJsonPath"),
        (outcome("failure", json!({ "cause_path": "$[" })), "InvalidJsonPath"),
    ]
}

#[test]
fn whatever_is_wrong_with_an_order_is_named_as_there() {
    run(stack("urls-refused"), async |urls| {
        let misshapen = misshapen().into_iter().map(|order| (order, "InvalidJSON"));
        for (order, error) in misshapen.chain(impossible()) {
            let posted = urls.post_order(&order).await;
            let shown = order.to_string().chars().take(300).collect::<String>();
            assert_eq!(posted.error(), (400, error.to_owned()), "{shown}");
            assert_eq!(posted.headers["content-type"], "application/json");
            let (posted, direct) = (posted.json(), urls.create(&order).await);
            assert_eq!((&direct["error"], &direct["message"]), (&posted["error"], &posted["message"]), "{shown}");
            for refused in [posted, direct] {
                assert!(!refused["message"].as_str().unwrap().is_empty(), "{refused}");
                let named = ["error", "message", "transaction_id"];
                // A call that was not understood has no name.
                assert_eq!(keys(&refused), if error == "InvalidJSON" { &named[..2] } else { &named }, "{shown}");
            }
        }
    });
}
