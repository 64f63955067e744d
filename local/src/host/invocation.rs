//! What an invocation comes to.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use axum::body::Bytes;
use serde::Deserialize;

/// An invocation that is over.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Its id, which the function knows too.
    pub request_id: String,
    /// What the function responded; if it failed, Lambda's JSON about it.
    pub payload: Bytes,
    /// What is wrong, if the function failed.
    pub error: Option<FunctionError>,
    /// From being given the event to the response.
    pub duration: Duration,
}

/// Why a function failed, as Lambda tells its caller.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// The function's own error type, or one of Lambda's: `Sandbox.Timedout`, `Runtime.ExitError`, ..
    #[serde(default)]
    pub error_type: String,
    /// What it says.
    #[serde(rename = "errorMessage", default)]
    pub message: String,
}

/// Why there was no invocation at all.
///
/// Each is an [error of Lambda's Invoke](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvokeError {
    /// No function has this name (`ResourceNotFoundException`).
    UnknownFunction,
    /// As many invocations as it may have are running (`TooManyRequestsException`).
    Throttled,
    /// The host, or the function's stack, is being stopped (`ServiceException`).
    Stopping,
}

impl std::fmt::Display for InvokeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::UnknownFunction => "no function has this name",
            Self::Throttled => "the function has no capacity left",
            Self::Stopping => "the function is being stopped",
        })
    }
}

impl std::error::Error for InvokeError {}

/// How an invocation failed, with the JSON that tells the caller.
pub(super) struct Failure {
    pub(super) payload: Bytes,
    pub(super) error: FunctionError,
}

impl Failure {
    /// One of Lambda's own errors.
    fn of_lambda(error_type: &str, message: String) -> Self {
        let payload = serde_json::json!({"errorType": error_type, "errorMessage": message}).to_string();
        Self { payload: payload.into(), error: FunctionError { error_type: error_type.to_owned(), message } }
    }

    /// An error that the function reported.
    pub(super) fn reported(payload: Bytes) -> Self {
        let unreadable = || FunctionError { error_type: "Unhandled".to_owned(), message: String::new() };
        let error = serde_json::from_slice(&payload).unwrap_or_else(|_| unreadable());
        Self { payload, error }
    }

    pub(super) fn timed_out(request_id: &str, after: Duration) -> Self {
        let seconds = after.as_secs_f64();
        let message = format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
        Self::of_lambda("Sandbox.Timedout", message)
    }

    pub(super) fn exited(request_id: &str, status: ExitStatus) -> Self {
        let reason = match (status.code(), status.signal()) {
            (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
            (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
            (None, Some(9)) => "Runtime exited with error: signal: killed".to_owned(),
            (None, signal) => format!("Runtime exited with error: signal: {}", signal.unwrap_or_default()),
        };
        Self::of_lambda("Runtime.ExitError", format!("RequestId: {request_id} Error: {reason}"))
    }

    pub(super) fn would_not_start(request_id: &str, reason: &str) -> Self {
        Self::of_lambda("Runtime.InvalidEntrypoint", format!("RequestId: {request_id} Error: {reason}"))
    }

    pub(super) fn response_too_large(bytes: usize, limit: usize) -> Self {
        let message =
            format!("Response payload size ({bytes} bytes) exceeded maximum allowed payload size ({limit} bytes).");
        Self::of_lambda("Function.ResponseSizeTooLarge", message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_reads_as_lambdas() {
        let failure = Failure::timed_out("r", Duration::from_secs(3));
        let payload: serde_json::Value = serde_json::from_slice(&failure.payload).unwrap();
        assert_eq!(payload["errorType"], "Sandbox.Timedout");
        assert_eq!(payload["errorMessage"], "RequestId: r Error: Task timed out after 3.00 seconds");
    }

    #[test]
    fn an_exit_tells_how() {
        let message = |status| Failure::exited("r", status).error.message;
        assert_eq!(message(ExitStatus::from_raw(9)), "RequestId: r Error: Runtime exited with error: signal: killed");
        assert_eq!(
            message(ExitStatus::from_raw(1 << 8)),
            "RequestId: r Error: Runtime exited with error: exit status 1"
        );
        assert_eq!(message(ExitStatus::from_raw(0)), "RequestId: r Error: Runtime exited without providing a reason");
    }

    #[test]
    fn a_reported_error_keeps_its_type() {
        let error = Failure::reported(Bytes::from_static(br#"{"errorType":"Mine","errorMessage":"no"}"#)).error;
        assert_eq!((error.error_type.as_str(), error.message.as_str()), ("Mine", "no"));
        assert_eq!(Failure::reported(Bytes::from_static(b"not json")).error.error_type, "Unhandled");
    }
}
