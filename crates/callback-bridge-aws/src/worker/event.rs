//! What a worker function is invoked with.

use std::fmt;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

/// The only field of a batch.
const RECORDS: &str = "Records";

/// A batch of a queue, or a message itself.
#[derive(Debug)]
pub(super) enum Event {
    /// An event of `Records` and nothing else, which is what SQS sends.
    Batch(SqsEvent),
    /// Anything else. It may have `Records`, too, beside its token: they are its own, whatever they are.
    Message(Value),
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

/// Reads the fields of an event. What the records are is known only when all fields are.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a batch of messages, or a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Event, A::Error> {
        let (mut records, mut others) = (None, Map::new());
        while let Some(name) = fields.next_key::<String>()? {
            if name == RECORDS {
                records = Some(fields.next_value::<Box<RawValue>>()?);
            } else {
                others.insert(name, fields.next_value()?);
            }
        }
        let Some(records) = records else { return Ok(Event::Message(Value::Object(others))) };
        if others.is_empty() {
            let mut batch = SqsEvent::default();
            batch.records = serde_json::from_str::<Vec<SqsMessage>>(records.get()).map_err(in_records)?;
            return Ok(Event::Batch(batch));
        }
        others.insert(RECORDS.to_owned(), serde_json::from_str(records.get()).map_err(in_records)?);
        Ok(Event::Message(Value::Object(others)))
    }
}

fn in_records<E: Error>(error: serde_json::Error) -> E {
    E::custom(format_args!("{RECORDS}: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(event: &str) -> Event {
        serde_json::from_str(event).unwrap()
    }

    fn message(event: &str) -> Value {
        match read(event) {
            Event::Message(message) => message,
            Event::Batch(batch) => panic!("{batch:?}"),
        }
    }

    #[test]
    fn a_batch_is_read_as_the_type_of_its_event_is() {
        for event in [
            include_str!("../../../../events/check-credit/one-malformed-of-three.json"),
            include_str!("../../../../events/check-credit/token-in-attribute.json"),
            include_str!("../../../../events/fail-dead-letters/one-task.json"),
            r#"{"Records":[]}"#,
        ] {
            let Event::Batch(batch) = read(event) else { panic!("{event}") };
            assert_eq!(batch, serde_json::from_str::<SqsEvent>(event).unwrap());
        }
    }

    #[test]
    fn all_else_is_a_message_itself() {
        let with_token = json!({ "taskToken": "t", "input": { "Records": [1], "amount": 2.5 }, "context": null });
        assert_eq!(message(&with_token.to_string()), with_token);
        assert_eq!(message("{}"), json!({}));
    }

    /// A state may send on what an event of another service brought, and its token is not to be lost over that.
    #[test]
    fn a_message_may_have_records_of_its_own() {
        let of_s3 = json!({ "eventSource": "aws:s3", "s3": { "object": { "key": "loans/42.pdf", "size": 1024 } } });
        for records in [json!([]), json!([of_s3]), json!(3), json!(null), json!({ "body": 1.50 })] {
            let with_token = json!({ "taskToken": "t", "Records": records });
            assert_eq!(message(&with_token.to_string()), with_token);
            let token_behind = format!(r#"{{"Records":{records},"taskToken":"t"}}"#);
            assert_eq!(message(&token_behind), with_token);
        }
    }

    #[test]
    fn what_is_no_batch_and_no_message_is_refused() {
        for event in [r#"{"Records":3}"#, r#"{"Records":[3]}"#, r#"{"Records":null}"#, r#""hello""#, "3"] {
            assert!(serde_json::from_str::<Event>(event).is_err(), "{event}");
        }
    }
}
