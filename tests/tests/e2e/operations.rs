//! The commands of docs/operations.md, as far as they are about this bridge.

use std::{collections::HashMap, fs, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use callback_bridge_tests::repository;
use serde_json::{Value, json};

use crate::{
    approvals::{People, stack},
    bench::{PATIENCE, TOKEN, run},
    stored,
};

/// What stands in quotation marks behind an option, of the first command on the page that has it.
fn option(name: &str) -> String {
    let page = fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    let (_, rest) = page.split_once(&format!("--{name} '")).unwrap_or_else(|| panic!("no command has --{name}"));
    rest.split('\'').next().unwrap().to_owned()
}

fn texts(option: &str) -> HashMap<String, AttributeValue> {
    let values: HashMap<String, Value> = serde_json::from_str(option).unwrap();
    let text = |value: Value| AttributeValue::S(value["S"].as_str().unwrap().to_owned());
    values.into_iter().map(|(name, value)| (name, text(value))).collect()
}

#[test]
fn what_is_open_is_listed_without_its_token_looked_at_and_withdrawn() {
    run(stack("operations"), Duration::ZERO, async |sample| {
        let people = People::of(sample);
        let execution = people.ask(&["alice"], json!({})).await;
        stored::is_at_rest(sample).await;

        let client = Client::new(sample.bridge.region().aws().sdk_config());
        let table = sample.bridge.output("CallbackTableName").unwrap();
        let list = async || {
            let scan = client.scan().table_name(table).filter_expression(option("filter-expression"));
            let scan = scan.projection_expression(option("projection-expression"));
            let names = serde_json::from_str(&option("expression-attribute-names")).unwrap();
            let scan = scan.set_expression_attribute_names(Some(names));
            let values = texts(&option("expression-attribute-values"));
            scan.set_expression_attribute_values(Some(values)).send().await.unwrap().items.unwrap()
        };
        let listed = list().await;
        let [item] = &listed[..] else { panic!("one is open: {listed:?}") };
        assert!(item.contains_key("due_at") && !format!("{item:?}").contains(TOKEN), "{item:?}");
        let id = item["pk"].as_s().unwrap().strip_prefix("callback#").unwrap();

        let key = texts(&option("key").replace("ID", id));
        let question = client.get_item().table_name(table).projection_expression("document").set_key(Some(key));
        let question = question.send().await.unwrap().item.unwrap();
        assert!(question["document"].as_s().unwrap().contains("Kato Ltd"), "{question:?}");

        let withdrawn =
            sample.bridge.invoke("SweepCallbacksFunction", option("payload").replace("ID", id)).await.unwrap();
        assert_eq!(withdrawn.error, None);
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().error.as_deref(), Some("Bridge.Withdrawn"));
        assert!(list().await.is_empty(), "nothing is open any more");
    });
}
