//! From a received message to a record of [Lambda's SQS event](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).

use aws_lambda_events::encodings::Base64Data;
use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use serde_json::{Map, Value, json};

/// The event for a batch of messages of a queue.
pub(super) fn event(messages: &[Message], queue_arn: &str) -> Value {
    json!({ "Records": messages.iter().map(|message| record(message, queue_arn)).collect::<Vec<_>>() })
}

fn record(message: &Message, queue_arn: &str) -> Value {
    let attributes: Map<String, Value> = message
        .attributes()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_str().into()))
        .collect();
    let message_attributes: Map<String, Value> = message
        .message_attributes()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), message_attribute(value)))
        .collect();
    let mut record = json!({
        "messageId": message.message_id(),
        "receiptHandle": message.receipt_handle(),
        "body": message.body().unwrap_or_default(),
        "attributes": attributes,
        "messageAttributes": message_attributes,
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(':').nth(3),
    });
    // Only there when there is something to check.
    if let Some(md5) = message.md5_of_message_attributes() {
        record["md5OfMessageAttributes"] = md5.into();
    }
    record
}

fn message_attribute(value: &MessageAttributeValue) -> Value {
    let base64 = |bytes: &[u8]| {
        let mut data = Base64Data::default();
        data.0 = bytes.to_vec();
        json!(data)
    };
    let mut attribute = json!({
        "dataType": value.data_type(),
        "stringListValues": value.string_list_values(),
        "binaryListValues": value.binary_list_values().iter().map(|blob| base64(blob.as_ref())).collect::<Vec<_>>(),
    });
    if let Some(text) = value.string_value() {
        attribute["stringValue"] = text.into();
    }
    if let Some(blob) = value.binary_value() {
        attribute["binaryValue"] = base64(blob.as_ref());
    }
    attribute
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::event::sqs::SqsEvent;
    use aws_sdk_sqs::primitives::Blob;
    use aws_sdk_sqs::types::MessageSystemAttributeName;

    use super::*;

    #[test]
    fn a_message_becomes_the_documented_record() {
        let text = MessageAttributeValue::builder().data_type("String").string_value("a token").build().unwrap();
        let binary =
            MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new("1100")).build().unwrap();
        let message = Message::builder()
            .message_id("19dd0b57")
            .receipt_handle("handle")
            .body("{}")
            .md5_of_body("99914b932bd37a50b983c5e7c90ae93b")
            .md5_of_message_attributes("582c92c5")
            .attributes(MessageSystemAttributeName::ApproximateReceiveCount, "2")
            .attributes(MessageSystemAttributeName::MessageGroupId, "loan-42")
            .message_attributes("taskToken", text)
            .message_attributes("raw", binary)
            .build();
        let event = event(&[message], "arn:aws:sqs:us-east-1:123456789012:orders");
        let expected = json!({ "Records": [{
            "messageId": "19dd0b57",
            "receiptHandle": "handle",
            "body": "{}",
            "attributes": { "ApproximateReceiveCount": "2", "MessageGroupId": "loan-42" },
            "messageAttributes": {
                "taskToken": { "stringValue": "a token", "dataType": "String", "stringListValues": [], "binaryListValues": [] },
                "raw": { "binaryValue": "MTEwMA==", "dataType": "Binary", "stringListValues": [], "binaryListValues": [] }
            },
            "md5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
            "md5OfMessageAttributes": "582c92c5",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
            "awsRegion": "us-east-1"
        }]});
        assert_eq!(event, expected);
        let read: SqsEvent = serde_json::from_value(event).unwrap();
        assert_eq!(read.records[0].message_attributes["raw"].binary_value.as_ref().unwrap().0, b"1100");
    }
}
