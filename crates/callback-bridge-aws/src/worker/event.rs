//! What a worker function is invoked with.

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A batch of a queue, or a message itself. The records of a batch are read in one pass, without being looked at before.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "Records")]
    records: Option<Vec<SqsMessage>>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Event {
    /// The batch; or else the message.
    pub(super) fn into_batch(self) -> Result<SqsEvent, Value> {
        let Some(records) = self.records else { return Err(Value::Object(self.others)) };
        let mut batch = SqsEvent::default();
        batch.records = records;
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(event: &str) -> Result<SqsEvent, Value> {
        serde_json::from_str::<Event>(event).unwrap().into_batch()
    }

    #[test]
    fn a_batch_is_read_as_the_type_of_its_event_is() {
        for event in [
            include_str!("../../../../events/check-credit/one-malformed-of-three.json"),
            include_str!("../../../../events/check-credit/token-in-attribute.json"),
            include_str!("../../../../events/fail-dead-letters/one-task.json"),
            r#"{"Records":[]}"#,
        ] {
            assert_eq!(read(event).unwrap(), serde_json::from_str::<SqsEvent>(event).unwrap());
        }
    }

    #[test]
    fn all_else_is_a_message_itself() {
        let message = json!({ "taskToken": "t", "input": { "Records": [1], "amount": 2.5 }, "context": null });
        assert_eq!(read(&message.to_string()).unwrap_err(), message);
        assert_eq!(read("{}").unwrap_err(), json!({}));
    }

    #[test]
    fn what_is_no_batch_and_no_message_is_refused() {
        for event in [r#"{"Records":3}"#, r#"{"Records":[3]}"#, r#""hello""#, "3"] {
            assert!(serde_json::from_str::<Event>(event).is_err(), "{event}");
        }
    }
}
