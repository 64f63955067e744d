//! An activity of Step Functions behind the port `ActivityTasks`.

use std::time::Duration;

use aws_config::{
    SdkConfig, retry::RetryConfig, stalled_stream_protection::StalledStreamProtectionConfig, timeout::TimeoutConfig,
};
use aws_sdk_sfn::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    operation::get_activity_task::GetActivityTaskError,
};
use callback_bridge::{ActivityTask, ActivityTasks, LONGEST_POLL, NO_CREDENTIALS, PollError, TaskToken};

use crate::credentials::{NOT_GIVEN, NoCredentials};

/// How long it is waited for a connection.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long Step Functions may be silent: it answers after a minute, and wants five seconds more.
const SILENCE: Duration = Duration::from_secs(66);

/// The tasks of an activity, by the SDK of Step Functions.
#[derive(Debug, Clone)]
pub struct Activity {
    client: Client,
    arn: String,
    worker: Option<String>,
}

impl Activity {
    /// The activity with this ARN. In the histories of executions, `worker` is who has taken a task.
    ///
    /// A call is a single try, so that it takes [`LONGEST_POLL`] at most: the SDK would ask again unseen.
    #[must_use]
    pub fn new(config: &SdkConfig, arn: impl Into<String>, worker: Option<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECTING)
            .read_timeout(SILENCE)
            .operation_timeout(LONGEST_POLL)
            .build();
        let config = Builder::from(config).retry_config(RetryConfig::disabled()).timeout_config(timeouts);
        // A reply that does not come is what a long poll is made of.
        let config = config.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        // A name has 80 characters at most.
        let worker = worker.map(|name| name.chars().take(80).collect());
        Self { client: Client::from_conf(config.build()), arn: arn.into(), worker }
    }
}

impl ActivityTasks for Activity {
    async fn next(&self) -> Result<Option<ActivityTask>, PollError> {
        let call = self.client.get_activity_task().activity_arn(&self.arn).set_worker_name(self.worker.clone());
        let reply = call.send().await.map_err(|error| not_given(&error))?;
        let Some(token) = reply.task_token.filter(|token| !token.is_empty()) else { return Ok(None) };
        let token = TaskToken::new(token).map_err(|error| PollError::Unheard { reason: error.to_string() })?;
        Ok(Some(ActivityTask { token, input: reply.input.unwrap_or_default() }))
    }
}

/// Reads the code of an error, never its message.
fn not_given(error: &SdkError<GetActivityTaskError>) -> PollError {
    let unheard = |reason: &str| PollError::Unheard { reason: reason.to_owned() };
    match NoCredentials::of(error) {
        Some(NoCredentials::Missing) => return PollError::Refused { code: NO_CREDENTIALS.to_owned() },
        Some(NoCredentials::NotGiven) => return unheard(NOT_GIVEN),
        None => {}
    }
    match error {
        SdkError::ServiceError(reply) => match reply.err().code() {
            None => unheard("a reply without an error code"),
            Some(code) => of_code(code, reply.raw().status().is_server_error()),
        },
        SdkError::ResponseError(_) => unheard("the reply could not be read"),
        SdkError::TimeoutError(_) => unheard("no reply in time"),
        SdkError::DispatchFailure(_) => unheard("no connection, or it broke"),
        _ => unheard("the call could not be made: check the region and the credentials"),
    }
}

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html#API_GetActivityTask_Errors>,
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html>
fn of_code(code: &str, server_error: bool) -> PollError {
    let code = code.to_owned();
    match code.as_str() {
        // The first says that as many polls are open already as an activity can have.
        "ActivityWorkerLimitExceeded"
        | "KmsThrottlingException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "Throttling"
        | "ThrottledException"
        | "ThrottlingException"
        | "TooManyRequestsException" => PollError::Throttled { code },
        _ if server_error => PollError::Unheard { reason: code },
        _ => PollError::Refused { code },
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::{error::ErrorMetadata, operation::get_activity_task::GetActivityTaskOutput};
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;
    use crate::credentials::tests::{config_without, not_loaded, unreachable};

    fn activity(client: Client) -> Activity {
        Activity { client, arn: "arn".to_owned(), worker: Some("poll-activity".to_owned()) }
    }

    #[tokio::test]
    async fn a_poll_brings_a_task_or_nothing() {
        let rule = mock!(Client::get_activity_task)
            .match_requests(|input| input.activity_arn() == Some("arn") && input.worker_name() == Some("poll-activity"))
            .sequence()
            .output(|| GetActivityTaskOutput::builder().build())
            .output(|| GetActivityTaskOutput::builder().task_token("").build())
            .output(|| GetActivityTaskOutput::builder().task_token("AQCU").input("{}").build())
            .build();
        let activity = activity(mock_client!(aws_sdk_sfn, RuleMode::Sequential, [&rule]));
        assert_eq!(activity.next().await, Ok(None));
        assert_eq!(activity.next().await, Ok(None));
        let task = activity.next().await.unwrap().unwrap();
        assert_eq!((task.token.expose(), &*task.input), ("AQCU", "{}"));
    }

    /// No connection is made for it, so that it looks like one that broke.
    #[tokio::test]
    async fn a_poll_without_credentials_is_refused() {
        for (reason, expected) in [
            (not_loaded as fn() -> _, PollError::Refused { code: NO_CREDENTIALS.to_owned() }),
            (unreachable, PollError::Unheard { reason: NOT_GIVEN.to_owned() }),
        ] {
            let activity = Activity::new(&config_without(reason).await, "arn", None);
            assert_eq!(activity.next().await, Err(expected));
        }
    }

    #[tokio::test]
    async fn every_error_is_one_of_three() {
        let error = |code: &'static str| {
            mock!(Client::get_activity_task).then_error(move || {
                let metadata = ErrorMetadata::builder().code(code).message("an ARN, perhaps").build();
                GetActivityTaskError::generic(metadata)
            })
        };
        for (code, expected) in [
            ("ActivityWorkerLimitExceeded", PollError::Throttled { code: "ActivityWorkerLimitExceeded".into() }),
            ("ThrottlingException", PollError::Throttled { code: "ThrottlingException".into() }),
            ("ActivityDoesNotExist", PollError::Refused { code: "ActivityDoesNotExist".into() }),
            ("AccessDeniedException", PollError::Refused { code: "AccessDeniedException".into() }),
            ("KmsAccessDeniedException", PollError::Refused { code: "KmsAccessDeniedException".into() }),
        ] {
            let rule = error(code);
            assert_eq!(activity(mock_client!(aws_sdk_sfn, [&rule])).next().await, Err(expected));
        }
        assert_eq!(of_code("InternalFailure", true), PollError::Unheard { reason: "InternalFailure".into() });
    }
}
