//! Callbacks as they are stored, for tests of what would take minutes or days.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use callback_bridge_local::Sample;
use callbacks::stored::sortable;
use jiff::Timestamp;
use serde_json::Value;

use crate::bench::{PATIENCE, becomes_empty};

type Item = HashMap<String, AttributeValue>;

/// Lets this much time pass for all callbacks of a stack: whatever is stored of when something was, or is to be, is moved
/// back. What was asked for stays as it is, or nobody could answer it.
pub(crate) async fn pass(sample: &Sample, time: Duration) {
    let (client, table) = (client(sample), sample.bridge.output("CallbackTableName").unwrap());
    for mut item in states(sample).await {
        if let Some(due_at) = item.get("due_at").and_then(|at| at.as_s().ok()) {
            item.insert("due_at".to_owned(), AttributeValue::S(sortable(before(due_at, time))));
        }
        let mut document: Value = serde_json::from_str(item["document"].as_s().unwrap()).unwrap();
        move_back(&mut document, time);
        item.insert("document".to_owned(), AttributeValue::S(document.to_string()));
        client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }
}

/// The states of all callbacks of a stack, as they are stored.
pub(crate) async fn states(sample: &Sample) -> Vec<Item> {
    let table = sample.bridge.output("CallbackTableName").unwrap();
    let mut items = client(sample).scan().table_name(table).send().await.unwrap().items.unwrap();
    items.retain(|item| item["sk"] == AttributeValue::S("state".to_owned()));
    assert!(!items.is_empty(), "nothing is parked");
    items
}

/// Waits until the messages are done with, so that nobody writes any more.
pub(crate) async fn is_at_rest(sample: &Sample) {
    let mut lines = sample.bridge.transcript().reader();
    lines.find(PATIENCE, |line| line.text.contains("the task is parked")).await.unwrap();
    becomes_empty(sample, "CallbackQueueUrl").await;
}

fn client(sample: &Sample) -> Client {
    Client::new(sample.bridge.region().aws().sdk_config())
}

fn move_back(value: &mut Value, time: Duration) {
    match value {
        Value::String(text) if text.parse::<Timestamp>().is_ok() => *text = before(text, time).to_string(),
        Value::Array(items) => items.iter_mut().for_each(|item| move_back(item, time)),
        Value::Object(members) => members.values_mut().for_each(|member| move_back(member, time)),
        _ => {}
    }
}

fn before(at: &str, time: Duration) -> Timestamp {
    at.parse::<Timestamp>().unwrap().checked_sub(time).unwrap()
}
