//! SQS behind the port `MessageQueue`.

use std::time::Duration;

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_sdk_sqs::{Client, config::Builder, error::ProvideErrorMetadata};
use callback_bridge::{MessageQueue, QueueError, ReceivedMessage};

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
        let url = url(&message.queue_arn)
            .ok_or_else(|| QueueError(format!("not the ARN of a queue: {}", message.queue_arn)))?;
        let call = self.client.change_message_visibility().queue_url(url).receipt_handle(&message.receipt_handle);
        let reply = call.visibility_timeout(whole_seconds(delay.min(Self::LONGEST))).send().await;
        reply.map(drop).map_err(|error| QueueError(error.code().unwrap_or("no usable reply").to_owned()))
    }
}

/// Rounded up, so that a short wait is no hot loop.
fn whole_seconds(delay: Duration) -> i32 {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

/// The URL of a queue; it names the queue in a request, while the request goes to the client's endpoint.
fn url(arn: &str) -> Option<String> {
    let ["arn", partition, "sqs", region, account, name] = arn.split(':').collect::<Vec<_>>()[..] else { return None };
    let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Some(format!("https://sqs.{region}.{domain}/{account}/{name}"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::operation::change_message_visibility::{
        ChangeMessageVisibilityError, ChangeMessageVisibilityOutput,
    };
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;

    fn message() -> ReceivedMessage {
        ReceivedMessage {
            queue_arn: "arn:aws:sqs:eu-west-1:123456789012:tasks.fifo".to_owned(),
            receipt_handle: "receipt".to_owned(),
        }
    }

    #[test]
    fn the_url_of_a_queue_follows_from_its_arn() {
        let known = "https://sqs.eu-west-1.amazonaws.com/123456789012/tasks.fifo";
        assert_eq!(url(&message().queue_arn).as_deref(), Some(known));
        let china = "https://sqs.cn-north-1.amazonaws.com.cn/1/q";
        assert_eq!(url("arn:aws-cn:sqs:cn-north-1:1:q").as_deref(), Some(china));
        assert_eq!(url("arn:aws:sns:eu-west-1:1:topic"), None);
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
