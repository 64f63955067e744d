//! Every form of message that people send, with any input around and inside it.

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::{SqsMessage, SqsMessageAttribute};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{MessageError, TaskMessage, Unanswerable};
use crate::{
    TokenError,
    test_util::{sqs_message, sqs_text_message},
};

/// Tokens as Step Functions mints them: base64, with the characters that break URLs.
fn token() -> impl Strategy<Value = String> {
    "AQC[A-Za-z0-9+/]{61,700}={0,2}"
}

/// Any JSON, with fields that look as if they held a token.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let name = prop_oneof!["[a-z]{1,6}", Just("taskToken".to_owned()), Just("token".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// What a worker may get: nothing at the top of it has the name of a token or of a field of the message.
fn input() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-c]{1,3}", json_value(), 0..4).prop_map(|fields| fields.into_iter().collect())
}

fn attribute(text: &str) -> SqsMessageAttribute {
    let mut attribute = SqsMessageAttribute::default();
    attribute.string_value = Some(text.to_owned());
    attribute.data_type = Some("String".to_owned());
    attribute
}

fn merged(input: &Value, name: &str, value: Value) -> Value {
    let mut fields = input.as_object().cloned().unwrap_or_default();
    fields.insert(name.to_owned(), value);
    Value::Object(fields)
}

/// A body in one of the forms, and what the worker is to get of it.
fn form() -> impl Strategy<Value = (String, Value, Value)> {
    let top = prop::sample::select(vec!["taskToken", "TaskToken", "task_token", "token", "myTaskToken"]);
    let nested = prop::sample::select(vec!["taskToken", "TaskToken", "task_token", "myTaskToken"]);
    (token(), input(), top, nested, 0..9_u8).prop_map(|(token, input, top, nested, form)| {
        let (body, worker_gets) = match form {
            0 => (json!({ top: token, "input": input }), input),
            1 => (json!({ top: token, "Input": input }), input),
            2 => (json!({ top: token, "Payload": input }), input),
            3 => (merged(&input, top, json!(token)), input),
            4 => (json!({ top: token, "Message": "from Step Functions", "rest": input }), {
                json!({ "Message": "from Step Functions", "rest": input })
            }),
            5 => (json!({ "Payload": merged(&input, nested, json!(token)) }), input),
            6 => (json!({ "Input": merged(&input, nested, json!(token)) }), input),
            7 => (json!({ "input": merged(&input, nested, json!(token)) }), input),
            _ => (json!({ "detail": merged(&input, nested, json!(token)) }), json!({ "detail": input })),
        };
        (token, body, worker_gets)
    })
}

fn in_sns(body: &Value) -> Value {
    json!({
        "Type": "Notification", "MessageId": "22b80b92", "TopicArn": "arn:aws:sns:us-east-1:123456789012:tasks",
        "Message": body.to_string(), "Timestamp": "2026-11-22T10:00:00.000Z", "SignatureVersion": "1",
    })
}

fn in_event(detail: &Value) -> Value {
    json!({
        "version": "0", "id": "6a7e8feb", "detail-type": "Task", "source": "my.app", "account": "123456789012",
        "time": "2026-11-22T10:00:00Z", "region": "us-east-1", "resources": [], "detail": detail,
    })
}

fn enveloped(body: Value, envelopes: u8) -> Value {
    match envelopes {
        0 => body,
        1 => in_sns(&body),
        2 => in_event(&body),
        3 => in_sns(&in_event(&body)),
        _ => in_sns(&in_sns(&body)),
    }
}

fn read(message: &SqsMessage) -> Result<TaskMessage, MessageError> {
    TaskMessage::read(message, None)
}

fn unanswerable(message: &SqsMessage) -> Unanswerable {
    match read(message) {
        Err(MessageError::Unanswerable(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn every_form_is_understood((token, body, worker_gets) in form(), envelopes in 0..5_u8) {
        let task = read(&sqs_message("1", &enveloped(body, envelopes))).unwrap();
        prop_assert_eq!(task.token.expose(), token);
        prop_assert_eq!(task.clone().into_input(), worker_gets);
    }

    #[test]
    fn a_message_attribute_may_hold_the_token(token in token(), body in json_value(), name in 0..4_usize) {
        let mut message = sqs_message("1", &body);
        message.message_attributes.insert(super::names::FULL_NAMES[name].to_owned(), attribute(&token));
        let task = read(&message).unwrap();
        prop_assert_eq!(task.token.expose(), token);
    }

    #[test]
    fn the_worker_never_gets_the_token(token in token(), before in json_value(), after in json_value()) {
        let in_url = token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let body = json!({ "taskToken": token, "input": { "a": before, "context": { "Task": { "Token": token } },
            "list": [token, after, { "copy": token }], "url": format!("https://example.com/?t={}", in_url),
            "text": json!({ "Token": token }).to_string(), token.clone(): 1 } });
        let task = read(&sqs_message("1", &body)).unwrap();
        let given = task.clone().into_input().to_string();
        prop_assert!(!given.contains(&token));
        prop_assert!(!given.contains(&in_url));
        prop_assert_eq!(&task.clone().into_input()["a"], &before);
        prop_assert_eq!(&task.clone().into_input()["list"][1], &after);
    }

    #[test]
    fn what_a_user_says_never_chooses_the_task(token in token(), theirs in token(), input in input()) {
        let theirs = merged(&input, "taskToken", json!(theirs));
        for body in [json!({ "token": token, "Input": theirs }), json!({ "TaskToken": token, "Payload": theirs })] {
            let task = read(&sqs_message("1", &body)).unwrap();
            prop_assert_eq!(task.token.expose(), &token);
        }
    }

    #[test]
    fn two_different_tokens_are_refused(one in token(), other in token()) {
        prop_assume!(one != other);
        let both = json!({ "taskToken": one, "token": other });
        let refused = |body| matches!(unanswerable(&sqs_message("1", body)), Unanswerable::TwoTokens { .. });
        prop_assert!(refused(&both));
        let nested = json!({ "Payload": { "taskToken": one }, "detail": { "taskToken": other } });
        prop_assert!(refused(&nested));
        let twice_the_same = json!({ "taskToken": one, "TaskToken": one });
        prop_assert!(read(&sqs_message("1", &twice_the_same)).is_ok());
    }

    #[test]
    fn any_text_gets_a_verdict(text in "\\PC{0,80}", body in json_value()) {
        let _ = read(&sqs_text_message("1", &text));
        let _ = read(&sqs_message("1", &body));
    }

    #[test]
    fn errors_show_nothing_of_the_token(token in token(), wrong in json_value()) {
        prop_assume!(!wrong.is_null());
        let body = json!({ "taskToken": token, "context": { "retryCount": [wrong, token] } });
        let error = read(&sqs_message("1", &body)).unwrap_err();
        let shown = format!("{error} {error:?}");
        prop_assert!(!shown.contains(&token[..20]));
    }
}

#[test]
fn three_envelopes_are_one_too_many() {
    let body = in_sns(&in_sns(&in_sns(&json!({ "taskToken": "t" }))));
    assert_eq!(unanswerable(&sqs_message("1", &body)), Unanswerable::NoToken);
}

#[test]
fn an_sns_message_attribute_may_hold_the_token_and_the_body_be_any_text() {
    let mut notification = in_sns(&Value::Null);
    notification["Message"] = json!("please check loan 42");
    notification["MessageAttributes"] = json!({ "taskToken": { "Type": "String", "Value": "t" } });
    let task = read(&sqs_message("1", &notification)).unwrap();
    assert_eq!((task.token.expose(), task.clone().into_input()), ("t", json!("please check loan 42")));
}

#[test]
fn a_token_beside_what_looks_like_an_envelope_counts() {
    let mut event = in_event(&json!({ "taskToken": "theirs" }));
    event["taskToken"] = json!("ours");
    let task = read(&sqs_message("1", &event)).unwrap();
    assert_eq!((task.token.expose(), &task.clone().into_input()["source"]), ("ours", &json!("my.app")));
    let mut notification = in_sns(&json!("plain text"));
    notification["token"] = json!("ours");
    assert_eq!(read(&sqs_message("1", &notification)).unwrap().token.expose(), "ours");
}

#[test]
fn an_attribute_named_token_is_not_taken_for_one() {
    let mut message = sqs_message("1", &json!({ "taskToken": "t" }));
    message.message_attributes.insert("token".to_owned(), attribute("of a trace"));
    assert_eq!(read(&message).unwrap().token.expose(), "t");
}

#[test]
fn a_pointer_comes_before_every_other_place() {
    let message = sqs_message("1", &json!({ "taskToken": "other", "meta": { "tok/en": "t" }, "input": 1 }));
    assert_eq!(TaskMessage::read(&message, Some("/meta/tok~1en")).unwrap().token.expose(), "t");
    assert_eq!(TaskMessage::read(&message, Some("/nothing/there")).unwrap().token.expose(), "other");
}

#[test]
fn a_bare_token_counts_at_the_top_only() {
    assert_eq!(unanswerable(&sqs_message("1", &json!({ "Payload": { "token": "t" } }))), Unanswerable::NoToken);
}

#[test]
fn what_is_no_token_is_said_to_be_none() {
    let long = json!({ "taskToken": "t".repeat(2049) });
    let problem = TokenError::TooLong { chars: 2049 };
    assert_eq!(
        unanswerable(&sqs_message("1", &long)),
        Unanswerable::BadToken { place: "taskToken".to_owned(), problem }
    );
    assert_eq!(unanswerable(&sqs_text_message("1", "{nope")), Unanswerable::NotJson { line: 1, column: 2 });
    assert_eq!(unanswerable(&SqsMessage::default()), Unanswerable::NotJson { line: 1, column: 0 });
    for body in [json!(null), json!([]), json!("taskToken"), json!({ "taskToken": 7 }), json!({ "taskToken": null })] {
        assert_eq!(unanswerable(&sqs_message("1", &body)), Unanswerable::NoToken);
    }
}

#[test]
fn what_else_a_message_says_is_read() {
    let task = read(&sqs_message("1", &json!({
        "taskToken": "t", "input": null, "Payload": 1, "heartbeatSeconds": 120, "timeoutSeconds": 3600, "businessKey": "loan-42",
        "context": { "execution": "arn", "state": "Check", "enteredAt": "2026-11-22T10:00:00Z", "retryCount": 1, "mapIndex": 3, "more": [] },
    })))
    .unwrap();
    assert_eq!((task.clone().into_input(), task.business_key.as_str()), (Value::Null, "loan-42"));
    assert_eq!((task.heartbeat.unwrap().as_secs(), task.timeout.unwrap().as_secs()), (120, 3600));
    let context = task.context;
    assert_eq!((context.state.as_deref(), context.retry_count, context.map_index), (Some("Check"), Some(1), Some(3)));
}

#[test]
fn a_field_of_the_wrong_shape_is_named() {
    let wrong = BTreeMap::from([
        ("heartbeatSeconds", json!(0)),
        ("timeoutSeconds", json!("60")),
        ("businessKey", json!("")),
        ("context.retryCount", json!({ "retryCount": -1 })),
        ("context", json!("loan 42")),
    ]);
    for (path, value) in wrong {
        let name = path.split('.').next().unwrap();
        let body = Value::Object(Map::from_iter([("taskToken".into(), json!("t")), (name.into(), value)]));
        match read(&sqs_message("1", &body)) {
            Err(MessageError::Invalid { token, field, .. }) => {
                assert_eq!((token.expose(), field.path.as_str()), ("t", path));
            }
            other => panic!("{path}: {other:?}"),
        }
    }
}
