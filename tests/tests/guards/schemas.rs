//! The JSON Schemas in docs/schemas say the same as the code.

use aws_lambda_events::event::sqs::SqsMessage;
use callback_bridge::TaskMessage;
use callback_bridge_tests::repository;
use callbacks::{Approval, Webhook};
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

/// An approval that asks for as little as possible.
fn least() -> Value {
    json!({ "title": "Loan 42", "approvers": ["zoe@example.com"] })
}

#[test]
fn the_schema_of_an_approval_message_accepts_what_the_code_accepts() {
    let schema = schema("approval-message");
    let (mut accepted, mut refused) = (0, 0);
    let mut compare = |approval: Value| {
        let read = Approval::read(approval.clone());
        let message = json!({ "taskToken": "a token", "approval": approval });
        assert_eq!(schema.is_valid(&message), read.is_ok(), "{message}: {:?}", read.err());
        if read.is_ok() { accepted += 1 } else { refused += 1 }
    };
    let words =
        ["alice@example.com", "@", "a b@c", "two\nlines", "any", "all", "optional", "required", "requiredOnReject"];
    let more = ["fail", "approve", "reject", "succeed", "email", "slack"];
    // A schema takes 1.0 for 1.
    let values = || {
        let words = words.iter().chain(&more).map(|word| json!(word));
        values().into_iter().filter(|value| *value != json!(1.0)).chain(words).chain([
            json!(false),
            json!(["x"]),
            json!([60, 120]),
        ])
    };
    for value in values() {
        for field in [
            "title",
            "summary",
            "details",
            "requestedBy",
            "approvers",
            "policy",
            "comment",
            "deadline",
            "remindAfterSeconds",
            "onReject",
            "more",
        ] {
            let mut approval = least();
            approval[field] = value.clone();
            compare(approval);
        }
        compare(json!({ "title": "Loan 42", "approvers": [value] }));
        for (part, least, fields) in [
            ("policy", json!({}), &["approvals", "veto", "more"][..]),
            ("deadline", json!({ "afterSeconds": 60 }), &["afterSeconds", "then", "more"]),
        ] {
            for field in fields {
                let mut approval = with(part, least.clone());
                approval[part][field] = value.clone();
                compare(approval);
            }
        }
        for (part, least, fields) in [
            ("details", json!({ "label": "Score", "value": "742" }), &["label", "value", "more"][..]),
            ("approvers", json!({ "address": "bob@example.com" }), &["address", "name", "channel", "more"]),
            ("approvers", json!({ "address": "#loans", "channel": "slack" }), &["address", "name", "channel"]),
        ] {
            for field in fields {
                let mut approval = with(part, json!([least]));
                approval[part][0][field] = value.clone();
                compare(approval);
            }
        }
    }
    for missing in ["title", "approvers"] {
        let mut approval = least();
        approval.as_object_mut().unwrap().remove(missing);
        compare(approval);
    }
    compare(with("deadline", json!({})));
    compare(with("remindAfterSeconds", json!([1, 2, 3, 4, 5, 6])));
    assert!(accepted > 50 && refused > 50, "{accepted} accepted, {refused} refused");
}

fn with(part: &str, value: Value) -> Value {
    let mut approval = least();
    approval[part] = value;
    approval
}

#[test]
fn the_schema_of_a_webhook_message_accepts_what_the_code_accepts() {
    let schema = schema("webhook-message");
    let (mut accepted, mut refused) = (0, 0);
    let mut compare = |webhook: Value| {
        let read = Webhook::read(webhook.clone());
        let message = json!({ "taskToken": "a token", "webhook": webhook });
        assert_eq!(schema.is_valid(&message), read.is_ok(), "{message}: {:?}", read.err());
        if read.is_ok() { accepted += 1 } else { refused += 1 }
    };
    let words =
        ["payment-provider", "a/b", "/a", "a//b", "a?b//c", "a?b?c", "..", "a/../b", ".a", "a/..b", "a?..", "%2e"];
    let pointers = ["/answerTo", "/a~1b", "/a~2b", "/a~", "answerTo"];
    // A schema takes 1.0 for 1.
    let values = values().into_iter().filter(|value| *value != json!(1.0));
    let values = values.chain(words.iter().chain(&pointers).map(|word| json!(word)));
    for value in values.chain([json!("x".repeat(64)), json!("x".repeat(1024)), json!("x".repeat(1025))]) {
        for field in ["destination", "path", "callbackUrlAt", "externalIdAt", "deadline", "more"] {
            let mut webhook = json!({ "destination": "payment-provider" });
            webhook[field] = value.clone();
            compare(webhook);
        }
        for field in ["afterSeconds", "then"] {
            let mut webhook = json!({ "destination": "payment-provider", "deadline": { "afterSeconds": 60 } });
            webhook["deadline"][field] = value.clone();
            compare(webhook);
        }
    }
    compare(json!({}));
    for body in [json!({}), json!({ "amount": 3 }), json!("text"), json!(3), json!(true)] {
        compare(json!({ "destination": "payment-provider", "body": body }));
    }
    compare(json!({ "destination": "payment-provider", "body": [{}], "callbackUrlAt": "/0/url" }));
    for outcomes in [json!([]), json!({}), json!("text"), json!([1]), Value::Null] {
        compare(json!({ "destination": "payment-provider", "outcomes": outcomes }));
    }
    assert!(accepted > 30 && refused > 50, "{accepted} accepted, {refused} refused");
}
