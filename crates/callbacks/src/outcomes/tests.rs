//! What bodies mean, and which outcomes are refused by the name of their field.

mod meanings;
mod post_actions;
mod properties;
mod schemas_and_paths;
mod shapes;

use proptest::prelude::*;
use serde_json::json;

use super::*;

static_assertions::assert_impl_all!(Outcomes: Send, Sync);

fn read(outcomes: Value) -> Outcomes {
    Outcomes::read("webhook.outcomes", outcomes).unwrap()
}

/// What is said about a list of this outcome, or about the list.
fn refused(outcomes: Value) -> String {
    let outcomes = if outcomes.is_object() { json!([outcomes]) } else { outcomes };
    Outcomes::read("webhook.outcomes", outcomes).unwrap_err().to_string()
}

fn outcome(of_type: &str, fields: Value) -> Value {
    let mut outcome = json!({ "name": "it", "type": of_type, "schema": {} });
    let (Value::Object(known), Value::Object(fields)) = (&mut outcome, fields) else { unreachable!() };
    known.extend(fields);
    outcome
}

fn success(fields: Value) -> Value {
    outcome("success", fields)
}

fn failure(fields: Value) -> Value {
    outcome("failure", fields)
}

fn with_schema(schema: Value) -> Value {
    json!({ "name": "it", "type": "heartbeat", "schema": schema })
}

fn meaning(outcome: Value, body: Value) -> Meaning {
    read(json!([outcome])).meaning(&body).unwrap().unwrap()
}

fn output(fields: Value, body: Value) -> Value {
    match meaning(success(fields), body) {
        Meaning::Success { output } => output,
        other => panic!("{other:?}"),
    }
}

fn error_and_cause(fields: Value, body: Value) -> (Option<String>, Option<String>) {
    match meaning(failure(fields), body) {
        Meaning::Failure { error, cause } => (error, cause),
        other => panic!("{other:?}"),
    }
}

fn fits(schema: Value, body: Value) -> bool {
    read(json!([with_schema(schema)])).meaning(&body).unwrap().is_some()
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!({}), |below, _| json!({ "a": below }))
}
