//! The contract, table by table.

mod expirations;
mod invocations;
mod orders;
mod replies;
mod stored;
mod templates;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::outcomes::Meaning;

const ON: Switches = Switches { output_parameters: true, post_actions: true };

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn transaction() -> TransactionId {
    TransactionId::new(0x1f)
}

fn order(fields: Value) -> Value {
    let mut order = json!({ "token": "AQCkAAAAKg", "actions": [{ "name": "go_on", "type": "heartbeat" }] });
    order.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    order
}

fn read(fields: Value) -> Result<Order, Refused> {
    Order::read(&order(fields), transaction(), ON, now())
}

fn set(fields: Value) -> Actions {
    read(fields).unwrap().actions
}

/// An action called `it`.
fn action(action_type: &str, fields: Value) -> Value {
    let mut action = json!({ "name": "it", "type": action_type });
    action.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    action
}

fn query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn invoke(set: &Actions, asked: &str, body: Option<PostBody<'_>>, switches: Switches) -> Result<Invoked, Refused> {
    let query = query(asked);
    set.get(0).unwrap().invoked(&Invocation { set, query: &query, body, switches })
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a call has")]
fn json_body(text: &str) -> Option<PostBody<'_>> {
    Some(PostBody { content_type: Some("application/json;charset=utf-8"), bytes: text.as_bytes() })
}

/// What comes of this action when its URL is called with this query, and parameters are filled in.
fn filled(action: Value, asked: &str) -> Result<Invoked, Refused> {
    invoke(&set(json!({ "actions": [action], "enable_output_parameters": true })), asked, None, ON)
}

fn success(output: Value) -> Meaning {
    Meaning::Success { output }
}

fn failure(error: Option<&str>, cause: Option<&str>) -> Meaning {
    Meaning::Failure { error: error.map(str::to_owned), cause: cause.map(str::to_owned) }
}

/// Any JSON, with what templates are made of.
fn any_json() -> impl proptest::prelude::Strategy<Value = Value> {
    use proptest::prelude::*;
    let text = || prop_oneof!["[$a{}b_ ]{0,8}", ".{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 4, move |below| {
        prop_oneof![
            prop::collection::vec(below.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), below), 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}
