//! The table of callbacks of a stack, item by item.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use callback_bridge_local::Sample;

/// An item; it may hold a task token, so none is ever printed.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Everything in the table, always in the same order.
pub(crate) async fn items(sample: &Sample) -> Vec<Item> {
    let table = sample.bridge.description().resource("CallbackTable").unwrap();
    let client = aws_sdk_dynamodb::Client::new(sample.bridge.region().aws().sdk_config());
    let mut items = client.scan().table_name(table).consistent_read(true).send().await.unwrap().items.unwrap();
    items.sort_by_key(|item| ["pk", "sk"].map(|key| item[key].as_s().unwrap().clone()));
    items
}
