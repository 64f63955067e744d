//! What carries a message: an SNS notification or an EventBridge event, around one another at most.

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::SqsMessage;
use serde_json::Value;

use super::{Unanswerable, names::NAMES};

/// A message out of its envelopes.
pub(super) struct Opened {
    /// The body, or that it is not JSON.
    pub(super) body: Result<Value, Unanswerable>,
    /// The body as it was written.
    pub(super) text: String,
    /// String attributes of the SQS message and of the SNS notifications around the body, the outermost first.
    pub(super) attributes: Vec<BTreeMap<String, String>>,
}

const MOST_ENVELOPES: usize = 2;

pub(super) fn open(message: &SqsMessage) -> Opened {
    let mut attributes = vec![sqs_attributes(message)];
    let mut text = message.body.clone().unwrap_or_default();
    let mut body = parse(&text);
    for _ in 0..MOST_ENVELOPES {
        let Ok(Value::Object(fields)) = &mut body else { break };
        if NAMES.iter().any(|name| fields.get(*name).is_some_and(Value::is_string)) {
            break; // whoever put a token beside what looks like an envelope sends no envelope
        }
        if let Some(inner) = notification(fields) {
            attributes.push(sns_attributes(fields));
            body = parse(&inner);
            text = inner;
        } else if let Some(detail) = event_detail(fields) {
            body = Ok(detail);
        } else {
            break;
        }
    }
    Opened { body, text, attributes }
}

fn parse(text: &str) -> Result<Value, Unanswerable> {
    serde_json::from_str(text).map_err(|error| Unanswerable::NotJson { line: error.line(), column: error.column() })
}

type Fields = serde_json::Map<String, Value>;

/// The message of an SNS notification that was not delivered raw.
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html>
fn notification(fields: &Fields) -> Option<String> {
    (fields.get("Type")? == "Notification" && fields.get("TopicArn")?.is_string())
        .then(|| fields.get("Message")?.as_str().map(str::to_owned))?
}

/// The detail of an EventBridge event.
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
fn event_detail(fields: &mut Fields) -> Option<Value> {
    (fields.get("detail-type")?.is_string() && fields.get("source")?.is_string() && fields.get("detail")?.is_object())
        .then(|| fields.remove("detail"))?
}

fn sqs_attributes(message: &SqsMessage) -> BTreeMap<String, String> {
    let texts = message.message_attributes.iter();
    texts.filter_map(|(name, value)| Some((name.clone(), value.string_value.clone()?))).collect()
}

fn sns_attributes(fields: &Fields) -> BTreeMap<String, String> {
    let attributes = fields.get("MessageAttributes").and_then(Value::as_object);
    let texts = attributes.into_iter().flatten();
    texts.filter_map(|(name, value)| Some((name.clone(), value.get("Value")?.as_str()?.to_owned()))).collect()
}
