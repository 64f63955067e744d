//! How a command ends, and what people are told when it does not do what it should.

use std::{error::Error as _, io, iter, process::ExitCode};

use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use callback_bridge::is_of_credentials;
use callback_bridge_aws::is_throttling;

use crate::redacted;

/// How a command ended that did what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All is well.
    Well,
    /// The execution that was followed did not succeed.
    NotSucceeded,
    /// Somebody pressed Ctrl-C, and has been told what goes on.
    Interrupted,
    /// Nobody reads any more what an execution does, and how it ends is not known.
    NotReadOn,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Well => Self::SUCCESS,
            Ended::NotSucceeded => Self::from(1),
            Ended::Interrupted => Self::from(130),
            Ended::NotReadOn => Self::from(141), // as if SIGPIPE had ended it
        }
    }
}

/// Why a command did not do what it should, in a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// What was said on the command line, or something on this machine.
    #[error("{0}")]
    Usage(String),
    /// AWS was asked, and said no.
    #[error("{0}")]
    Refused(String),
    /// AWS was asked for something that is not there, or not yet.
    #[error("{0}")]
    NotThere(String),
    /// AWS could not be asked, or did not reply.
    #[error("{0}")]
    Unreachable(String),
    /// Whoever reads the output has read enough, as `head` does.
    #[error("nobody reads the output")]
    NobodyReads,
}

impl Error {
    /// What is wrong with what was said, or with a file.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// What AWS said no to.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }

    /// The same, with something else to know.
    pub(crate) fn and(self, more: &str) -> Self {
        let with = |message: String| format!("{message}; {more}");
        match self {
            Self::Usage(message) => Self::Usage(with(message)),
            Self::Refused(message) => Self::Refused(with(message)),
            Self::NotThere(message) => Self::NotThere(with(message)),
            Self::Unreachable(message) => Self::Unreachable(with(message)),
            Self::NobodyReads => Self::NobodyReads,
        }
    }

    /// What became of a call; `action` is what IAM calls it, with its service where that is not Step Functions, as in
    /// `StartExecution` or `lambda:ListFunctions`.
    ///
    /// Not for calls with a token: what Step Functions says of those may repeat it.
    pub(crate) fn of_call<E: ProvideErrorMetadata + std::error::Error + 'static>(
        action: &str,
        error: &SdkError<E>,
    ) -> Self {
        match error {
            SdkError::ServiceError(reply) => {
                let message = redacted::text(reply.err().message().unwrap_or("no reason is given"));
                let code = reply.err().code().unwrap_or("an error without a code");
                match code {
                    _ if is_throttling(code) => {
                        Self::Unreachable(format!("{action}: AWS is asked too often; try again in a minute ({code})"))
                    }
                    _ if reply.raw().status().is_server_error() => Self::Unreachable(format!(
                        "{action}: AWS is in trouble; try again in a minute ({code}: {message})"
                    )),
                    "ActivityWorkerLimitExceeded" => Self::Unreachable(format!(
                        "{action}: as many workers wait for tasks of this activity as may; try again later ({code})"
                    )),
                    "ActivityDoesNotExist"
                    | "ExecutionDoesNotExist"
                    | "StateMachineDoesNotExist"
                    | "ResourceNotFound"
                    | "ResourceNotFoundException" => Self::NotThere(not_there(code, &message)),
                    _ => Self::Refused(refusal(action, code, &message)),
                }
            }
            SdkError::TimeoutError(_) => Self::Unreachable(format!("{action}: AWS did not reply in time; try again")),
            error => {
                let reason = iter::successors(error.source(), |error| (*error).source()).last();
                let reason = reason.map_or_else(|| error.to_string(), ToString::to_string);
                Self::Unreachable(format!(
                    "{action}: AWS cannot be asked ({reason}); check the connection, the credentials, --profile and --endpoint-url"
                ))
            }
        }
    }
}

/// What a refusal means, by its code.
fn refusal(action: &str, code: &str, message: &str) -> String {
    let told = format!("{code}: {message}");
    of_code(action, code, &told).unwrap_or_else(|| format!("{action}: {message} ({code})"))
}

/// What a refusal of credentials, or for lack of a grant, means; nothing for those of other codes. `told` is what AWS says.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html>
pub(crate) fn of_code(action: &str, code: &str, told: &str) -> Option<String> {
    match code {
        "AccessDenied" | "AccessDeniedException" | "NotAuthorized" => {
            let service = if action.contains(':') { "" } else { "states:" };
            Some(format!("AWS denies {service}{action}; have it granted to you, or choose another --profile ({told})"))
        }
        _ if is_of_credentials(code) => {
            Some(format!("the credentials are not valid; sign in again, or choose another --profile ({told})"))
        }
        _ => None,
    }
}

fn not_there(code: &str, message: &str) -> String {
    let old = if code == "ExecutionDoesNotExist" { ", or it ended over 90 days ago" } else { "" };
    format!("there is no such thing: {message}; check the name, --region and --profile{old} ({code})")
}

impl From<io::Error> for Error {
    /// Of the output: whatever else can fail says what it is.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::Usage(format!("the output cannot be written: {error}")),
        }
    }
}

impl From<Error> for ExitCode {
    fn from(error: Error) -> Self {
        match error {
            Error::NobodyReads => Self::SUCCESS,
            Error::Usage(_) => Self::from(2),
            Error::Refused(_) | Error::NotThere(_) => Self::from(3),
            Error::Unreachable(_) => Self::from(4),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::{
        Client, error::ErrorMetadata, operation::describe_execution::DescribeExecutionError,
        types::error::ExecutionDoesNotExist,
    };
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;

    async fn told(error: fn() -> DescribeExecutionError) -> Error {
        let rule = mock!(Client::describe_execution).then_error(error);
        let sfn = mock_client!(aws_sdk_sfn, [&rule]);
        let error = sfn.describe_execution().execution_arn("arn").send().await.unwrap_err();
        Error::of_call("DescribeExecution", &error)
    }

    #[tokio::test]
    async fn a_denied_call_names_the_grant() {
        let denied = told(|| {
            let denied =
                ErrorMetadata::builder().code("AccessDeniedException").message("User: carol is not authorized");
            DescribeExecutionError::generic(denied.build())
        });
        let denied = denied.await;
        let text = "AWS denies states:DescribeExecution; have it granted to you, or choose another --profile \
                    (AccessDeniedException: User: carol is not authorized)";
        assert_eq!(denied.to_string(), text);
        assert!(matches!(denied, Error::Refused(_)));
    }

    #[tokio::test]
    async fn what_is_not_there_may_be_elsewhere() {
        let missing = told(|| {
            let message = "Execution Does Not Exist: 'x'";
            let metadata = ErrorMetadata::builder().code("ExecutionDoesNotExist").message(message).build();
            let missing = ExecutionDoesNotExist::builder().meta(metadata).message(message).build();
            DescribeExecutionError::ExecutionDoesNotExist(missing)
        });
        let missing = missing.await.to_string();
        assert!(missing.contains("'x'; check the name, --region and --profile, or it ended over 90 days"), "{missing}");
    }

    #[tokio::test]
    async fn what_passes_by_itself_is_not_called_a_refusal() {
        for code in
            ["SlowDown", "Throttling", "ThrottledException", "KmsThrottlingException", "ActivityWorkerLimitExceeded"]
        {
            let rule = mock!(Client::describe_execution).then_error(move || {
                DescribeExecutionError::generic(ErrorMetadata::builder().code(code).message("later").build())
            });
            let sfn = mock_client!(aws_sdk_sfn, [&rule]);
            let error = sfn.describe_execution().execution_arn("arn").send().await.unwrap_err();
            let error = Error::of_call("DescribeExecution", &error);
            assert!(matches!(error, Error::Unreachable(_)), "{error}");
        }
    }

    #[tokio::test]
    async fn a_reason_that_repeats_a_token_does_not_show_it() {
        let invalid = told(|| {
            let message = "Value 'AQCUAAAAKgAAAAMAAAAAsecretsecret+/=' at 'input' is not nice";
            DescribeExecutionError::generic(
                ErrorMetadata::builder().code("ValidationException").message(message).build(),
            )
        });
        let invalid = invalid.await.to_string();
        assert!(invalid.contains("at 'input' is not nice") && !invalid.contains("AQCU"), "{invalid}");
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let error = Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(matches!(error, Error::NobodyReads));
    }
}
