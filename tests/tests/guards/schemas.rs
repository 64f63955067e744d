//! The JSON Schemas in docs/schemas say the same as the code.

use aws_lambda_events::event::sqs::SqsMessage;
use callback_bridge::TaskMessage;
use callback_bridge_tests::repository;
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema(name: &str) -> Validator {
    let file = repository().join(format!("docs/schemas/{name}.schema.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// Values that a field may be given, good ones and bad ones for one field or another.
fn values() -> Vec<Value> {
    let texts = ["", "t", "2026-11-22T10:00:00Z"].map(str::to_owned).into_iter();
    let long = [256, 257, 2048, 2049].map(|length| "x".repeat(length));
    let numbers = [json!(-1), json!(0), json!(1), json!(1.0), json!(1.5), json!(99_999_999), json!(100_000_000)];
    let others = [Value::Null, json!(true), json!([]), json!({}), json!({ "more": 1 })];
    texts.chain(long).map(Value::from).chain(numbers).chain(others).collect()
}

#[test]
fn the_schema_of_a_task_message_accepts_what_the_code_accepts() {
    let schema = schema("task-message");
    let fields = ["taskToken", "input", "heartbeatSeconds", "timeoutSeconds", "businessKey", "context", "more"];
    let of_context = ["execution", "state", "enteredAt", "retryCount", "mapIndex", "more"];
    let (mut accepted, mut refused) = (0, 0);
    let mut compare = |message: Value| {
        let mut record = SqsMessage::default();
        record.body = Some(message.to_string());
        let read = TaskMessage::read(&record, None);
        assert_eq!(schema.is_valid(&message), read.is_ok(), "{message}: {:?}", read.err());
        if read.is_ok() { accepted += 1 } else { refused += 1 }
    };
    for value in values() {
        for field in fields {
            let mut message = json!({ "taskToken": "a token" });
            message[field] = value.clone();
            compare(message);
        }
        for field in of_context {
            let mut message = json!({ "taskToken": "a token", "context": {} });
            message["context"][field] = value.clone();
            compare(message);
        }
    }
    compare(json!({}));
    assert!(accepted > 50 && refused > 50, "{accepted} accepted, {refused} refused");
}
