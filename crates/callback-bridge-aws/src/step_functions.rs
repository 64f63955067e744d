//! Step Functions behind the port `TaskCallbacks`.

use std::time::Duration;

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sfn::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
};
use callback_bridge::{Answer, Refusal, TaskCallbacks, TaskToken};

/// The clock of a call: a Lambda function that waits costs, and the runtime tries again by itself.
const ONE_CALL: Duration = Duration::from_secs(5);

/// Step Functions, by its SDK.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: Client,
}

impl StepFunctions {
    /// A client of its own, whose calls are single tries of at most five seconds: a retry that the SDK made unseen could
    /// find its own success as `TaskTimedOut`.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder().operation_timeout(ONE_CALL).build();
        let config = Builder::from(config).retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config) }
    }
}

impl TaskCallbacks for StepFunctions {
    async fn answer(&self, token: &TaskToken, answer: &Answer) -> Result<(), Refusal> {
        match answer {
            Answer::Success(output) => {
                let call = self.client.send_task_success().task_token(token.expose()).output(output.as_json());
                call.send().await.map(drop).map_err(|error| refusal(&error))
            }
            Answer::Failure(failure) => {
                let call = self.client.send_task_failure().task_token(token.expose());
                let call = call.error(failure.error()).cause(failure.cause());
                call.send().await.map(drop).map_err(|error| refusal(&error))
            }
        }
    }

    async fn heartbeat(&self, token: &TaskToken) -> Result<(), Refusal> {
        let call = self.client.send_task_heartbeat().task_token(token.expose());
        call.send().await.map(drop).map_err(|error| refusal(&error))
    }
}

/// Reads the code of an error, never its message: a `ValidationException` repeats the token.
fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Refusal {
    let unheard = |reason: &str| Refusal::Unheard { reason: reason.to_owned() };
    match error {
        SdkError::ServiceError(reply) => of_code(reply.err().code(), reply.raw().status().is_server_error()),
        SdkError::ResponseError(_) => unheard("the reply could not be read"),
        SdkError::TimeoutError(_) => unheard("no reply in time"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => unheard("no connection in time"),
        SdkError::DispatchFailure(_) => unheard("no connection, or it broke"),
        _ => Refusal::Unsent,
    }
}

/// The table of error codes: those of the operations, and those common to all of AWS.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html#API_SendTaskSuccess_Errors>,
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html>
fn of_code(code: Option<&str>, server_error: bool) -> Refusal {
    let Some(code) = code else {
        return Refusal::Unheard { reason: "a reply without an error code".to_owned() };
    };
    let name = code.to_owned();
    match code {
        "TaskTimedOut" => Refusal::TaskTimedOut,
        "TaskDoesNotExist" => Refusal::TaskDoesNotExist,
        "InvalidToken" => Refusal::InvalidToken,
        "InvalidOutput" | "ValidationException" | "ValidationError" => Refusal::InvalidAnswer { code: name },
        "KmsThrottlingException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "Throttling"
        | "ThrottledException"
        | "ThrottlingException"
        | "TooManyRequestsException" => Refusal::Throttled { code: name },
        "AccessDenied"
        | "AccessDeniedException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "KmsAccessDeniedException"
        | "KmsInvalidStateException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "NotAuthorized"
        | "OptInRequired"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => Refusal::Denied { code: name },
        _ if server_error => Refusal::Unheard { reason: name },
        _ => Refusal::Unrecognised { code: name },
    }
}

#[cfg(test)]
mod tests;
