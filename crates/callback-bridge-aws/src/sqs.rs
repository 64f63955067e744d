//! SQS behind the port `MessageQueue`.

use std::{collections::HashMap, time::Duration};

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_lambda_events::event::sqs::{SqsMessage, SqsMessageAttribute};
use aws_sdk_sqs::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
    types::MessageAttributeValue,
};
use callback_bridge::{MessageQueue, QueueError, ReceivedMessage};

use crate::queue_url::queue_url;

/// The queues of a function, by the SDK of SQS. They are known by the ARNs in the events.
#[derive(Debug, Clone)]
pub struct SqsQueues {
    client: Client,
}

impl SqsQueues {
    /// The longest a message can be hidden
    /// ([ChangeMessageVisibility](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html)).
    const LONGEST: Duration = Duration::from_hours(12);

    /// A client with the SDK's retries.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2)).build();
        Self { client: Client::from_conf(Builder::from(config).timeout_config(timeouts).build()) }
    }
}

impl MessageQueue for SqsQueues {
    async fn redeliver_after(&self, message: &ReceivedMessage, delay: Duration) -> Result<(), QueueError> {
        let url = queue_url(&message.queue_arn)
            .ok_or_else(|| QueueError(format!("not the ARN of a queue: {}", message.queue_arn)))?;
        let call = self.client.change_message_visibility().queue_url(url).receipt_handle(&message.receipt_handle);
        let reply = call.visibility_timeout(whole_seconds(delay.min(Self::LONGEST))).send().await;
        reply.map(drop).map_err(|error| named(&error))
    }

    async fn forward(&self, message: &SqsMessage, queue_url: &str, reason: &str) -> Result<(), QueueError> {
        let call = self.client.send_message().queue_url(queue_url).set_message_body(message.body.clone());
        let reply = call.set_message_attributes(Some(attributes(message, reason))).send().await;
        reply.map(drop).map_err(|error| named(&error))
    }
}

fn named<E: ProvideErrorMetadata>(error: &SdkError<E>) -> QueueError {
    QueueError(error.code().unwrap_or("no usable reply").to_owned())
}

/// The attributes of a message, one of which may be its token, and as far as there is room for them, ours: why it was sent
/// on; the queue that it came from, or the one before that gave it up; its id, as logs name it; and its FIFO group.
fn attributes(message: &SqsMessage, reason: &str) -> HashMap<String, MessageAttributeValue> {
    let given_up_by = message.attributes.get("DeadLetterQueueSourceArn").or(message.event_source_arn.as_ref());
    let ours = [
        ("BridgeReason", Some(reason)),
        ("BridgeQueue", given_up_by.map(String::as_str)),
        ("BridgeMessageId", message.message_id.as_deref()),
        ("BridgeGroup", message.attributes.get("MessageGroupId").map(String::as_str)),
    ];
    let is_ours = |name: &str| ours.iter().any(|(known, _)| *known == name);
    let kept = message.message_attributes.iter().filter(|(name, _)| !is_ours(name));
    let mut attributes: HashMap<_, _> =
        kept.filter_map(|(name, attribute)| Some((name.clone(), copied(attribute)?))).collect();
    let has_room = message.body.as_ref().is_none_or(|body| body.len() < ROOM);
    for (name, value) in ours {
        if let Some(value) = value.filter(|_| has_room && attributes.len() < MOST_ATTRIBUTES) {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            attributes.extend(value.ok().map(|value| (name.to_owned(), value)));
        }
    }
    attributes
}

/// The most that a message may have
/// ([quotas](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html)).
const MOST_ATTRIBUTES: usize = 10;
/// How long a body may be that our attributes are sent beside: a message has 1,048,576 bytes at most, with all attributes.
const ROOM: usize = 1_000_000;

fn copied(attribute: &SqsMessageAttribute) -> Option<MessageAttributeValue> {
    let value = MessageAttributeValue::builder().set_data_type(attribute.data_type.clone());
    let value = value.set_string_value(attribute.string_value.clone());
    value.set_binary_value(attribute.binary_value.clone().map(|data| Blob::new(data.0))).build().ok()
}

/// Rounded up, so that a short wait is no hot loop.
fn whole_seconds(delay: Duration) -> i32 {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::event::sqs::SqsEvent;
    use aws_sdk_sqs::operation::{
        change_message_visibility::{ChangeMessageVisibilityError, ChangeMessageVisibilityOutput},
        send_message::SendMessageOutput,
    };
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;

    fn message() -> ReceivedMessage {
        ReceivedMessage {
            queue_arn: "arn:aws:sqs:eu-west-1:123456789012:tasks.fifo".to_owned(),
            receipt_handle: "receipt".to_owned(),
        }
    }

    #[tokio::test]
    async fn the_delay_is_asked_for_in_seconds_rounded_up() {
        let rule = mock!(Client::change_message_visibility)
            .match_requests(|input| {
                input.visibility_timeout() == Some(2)
                    && input.receipt_handle() == Some("receipt")
                    && input.queue_url().is_some_and(|url| url.ends_with("/tasks.fifo"))
            })
            .then_output(|| ChangeMessageVisibilityOutput::builder().build());
        let queues = SqsQueues { client: mock_client!(aws_sdk_sqs, [&rule]) };
        queues.redeliver_after(&message(), Duration::from_millis(1_001)).await.unwrap();
        assert_eq!(rule.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_message_is_sent_on_with_its_attributes_the_reason_and_where_it_came_from() {
        let rule = mock!(Client::send_message)
            .match_requests(|input| {
                let attributes = input.message_attributes().unwrap();
                let text = |name: &str| attributes.get(name).and_then(|value| value.string_value());
                input.queue_url() == Some("https://terminal")
                    && input.message_body() == Some("no JSON")
                    && attributes["taskToken"].data_type() == "String.token"
                    && text("taskToken") == Some("a token")
                    && attributes["blob"].binary_value().is_some_and(|blob| blob.as_ref() == [1, 2])
                    && text("BridgeReason") == Some("not JSON")
                    && text("BridgeQueue") == Some("arn:aws:sqs:us-east-1:123456789012:tasks")
                    && text("BridgeMessageId") == Some("id")
                    && text("BridgeGroup") == Some("a group")
            })
            .then_output(|| SendMessageOutput::builder().build());
        let queues = SqsQueues { client: mock_client!(aws_sdk_sqs, [&rule]) };
        let message = with_attributes(serde_json::json!({
            "taskToken": { "dataType": "String.token", "stringValue": "a token" },
            "blob": { "dataType": "Binary", "binaryValue": "AQI=" },
            "BridgeReason": { "dataType": "String", "stringValue": "one from before" },
        }));
        queues.forward(&message, "https://terminal", "not JSON").await.unwrap();
        assert_eq!(rule.num_calls(), 1);
    }

    #[test]
    fn attributes_of_a_message_go_before_ours() {
        let ten = (0..10).map(|n| (n.to_string(), serde_json::json!({ "dataType": "String", "stringValue": "x" })));
        let message = with_attributes(ten.collect());
        let attributes = attributes(&message, "not JSON");
        assert_eq!((attributes.len(), attributes.get("BridgeReason")), (10, None));
    }

    #[test]
    fn beside_a_body_that_fills_the_message_there_is_no_room_for_ours() {
        let mut message = with_attributes(serde_json::json!({}));
        message.body = Some("x".repeat(1_048_576));
        assert!(attributes(&message, "not JSON").is_empty());
    }

    fn with_attributes(attributes: serde_json::Value) -> SqsMessage {
        let arn = "arn:aws:sqs:us-east-1:123456789012:tasks";
        let event = serde_json::json!({
            "Records": [{
                "messageId": "id", "body": "no JSON", "eventSourceARN": arn,
                "attributes": { "MessageGroupId": "a group" }, "messageAttributes": attributes
            }]
        });
        serde_json::from_value::<SqsEvent>(event).unwrap().records.remove(0)
    }

    #[tokio::test]
    async fn a_refusal_is_named_by_its_code() {
        let rule = mock!(Client::change_message_visibility).then_error(|| {
            ChangeMessageVisibilityError::generic(
                aws_sdk_sqs::error::ErrorMetadata::builder().code("MessageNotInflight").build(),
            )
        });
        let queues = SqsQueues { client: mock_client!(aws_sdk_sqs, [&rule]) };
        let error = queues.redeliver_after(&message(), Duration::ZERO).await.unwrap_err();
        assert_eq!(error.to_string(), "MessageNotInflight");
    }
}
