//! A queue of workers behind the port `TaskQueue`.

use std::{str::FromStr, time::Duration};

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sqs::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    operation::send_message::SendMessageError,
};
use callback_bridge::{SendError, TaskQueue};

use crate::queue_url::queue_url;

/// The clock of a call: whoever sends tries again by itself.
const ONE_CALL: Duration = Duration::from_secs(3);

/// The ARN of a standard queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueArn {
    url: String,
}

impl FromStr for QueueArn {
    type Err = NoQueue;

    #[expect(
        clippy::case_sensitive_file_extension_comparisons,
        reason = "it is no file, and SQS knows lower case only"
    )]
    fn from_str(arn: &str) -> Result<Self, NoQueue> {
        let url = queue_url(arn).ok_or(NoQueue::NotAnArn)?;
        if url.ends_with(".fifo") { Err(NoQueue::Fifo) } else { Ok(Self { url }) }
    }
}

/// Why a text is no ARN of a standard queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoQueue {
    /// It is no ARN of a queue.
    #[error("it must be the ARN of a queue, as in arn:aws:sqs:us-east-1:123456789012:tasks")]
    NotAnArn,
    /// It is that of a FIFO queue.
    #[error("it must be a standard queue: the tasks of an activity have neither a group nor an order")]
    Fifo,
}

/// A standard queue, by the SDK of SQS.
#[derive(Debug, Clone)]
pub struct SqsTaskQueue {
    client: Client,
    url: String,
}

impl SqsTaskQueue {
    /// The queue with this ARN, in the region of the function. A call is a single try of at most three seconds.
    #[must_use]
    pub fn new(config: &SdkConfig, queue: QueueArn) -> Self {
        let timeouts = TimeoutConfig::builder().operation_timeout(ONE_CALL).build();
        let config = Builder::from(config).retry_config(RetryConfig::disabled()).timeout_config(timeouts);
        Self { client: Client::from_conf(config.build()), url: queue.url }
    }
}

impl TaskQueue for SqsTaskQueue {
    async fn send(&self, body: &str) -> Result<(), SendError> {
        let reply = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        reply.map(drop).map_err(|error| not_sent(&error))
    }
}

/// Reads the code of an error, never its message.
fn not_sent(error: &SdkError<SendMessageError>) -> SendError {
    let code = error.code().unwrap_or(match error {
        SdkError::TimeoutError(_) => "no reply in time",
        SdkError::DispatchFailure(_) => "no connection, or it broke",
        _ => "no usable reply",
    });
    match code {
        // What is too long for the queue has no code of its own.
        "InvalidParameterValue" | "InvalidParameterValueException" | "InvalidMessageContents" => {
            SendError::Refused { code: code.to_owned() }
        }
        _ => SendError::NotTaken { reason: code.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::{error::ErrorMetadata, operation::send_message::SendMessageOutput};
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;

    fn queue(client: Client) -> SqsTaskQueue {
        SqsTaskQueue { client, url: "https://tasks".to_owned() }
    }

    #[test]
    fn a_queue_is_a_standard_one_and_known_by_its_arn() {
        let read = |arn: &str| arn.parse::<QueueArn>();
        let url = read("arn:aws:sqs:eu-west-1:123456789012:tasks").unwrap().url;
        assert_eq!(url, "https://sqs.eu-west-1.amazonaws.com/123456789012/tasks");
        assert_eq!(read("arn:aws:sqs:eu-west-1:123456789012:tasks.fifo"), Err(NoQueue::Fifo));
        assert_eq!(read("https://sqs.eu-west-1.amazonaws.com/123456789012/tasks"), Err(NoQueue::NotAnArn));
    }

    #[tokio::test]
    async fn a_body_is_sent_as_it_is() {
        let rule = mock!(Client::send_message)
            .match_requests(|input| {
                input.queue_url() == Some("https://tasks") && input.message_body() == Some("a body")
            })
            .then_output(|| SendMessageOutput::builder().build());
        assert_eq!(queue(mock_client!(aws_sdk_sqs, [&rule])).send("a body").await, Ok(()));
        assert_eq!(rule.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_message_that_is_never_taken_is_told_from_one_that_may_be() {
        for (code, never) in [
            ("InvalidParameterValue", true),
            ("InvalidMessageContents", true),
            ("AccessDenied", false),
            ("AWS.SimpleQueueService.NonExistentQueue", false),
            ("RequestThrottled", false),
        ] {
            let rule = mock!(Client::send_message).then_error(move || {
                SendMessageError::generic(ErrorMetadata::builder().code(code).message("a body, perhaps").build())
            });
            let error = queue(mock_client!(aws_sdk_sqs, [&rule])).send("a body").await.unwrap_err();
            assert_eq!(matches!(&error, SendError::Refused { .. }), never, "{code}");
            assert!(error.to_string().ends_with(code), "{error}");
        }
    }
}
