//! Step Functions behind the port `TaskCallbacks`.

mod roles;

use std::{collections::BTreeMap, error::Error, sync::Arc, time::Duration};

use aws_config::{SdkConfig, retry::RetryConfig, sts::AssumeRoleProvider, timeout::TimeoutConfig};
use aws_sdk_sfn::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use callback_bridge::{Answer, Refusal, TaskCallbacks, TaskHandle, is_of_credentials};
pub use roles::{CallbackRoles, CallbackRolesError};
use roles::{account_of_execution, not_given};
use tokio::sync::OnceCell;

use crate::credentials::{NoCredentials, causes};

/// The clock of a call: a Lambda function that waits costs, and the runtime tries again by itself.
const ONE_CALL: Duration = Duration::from_secs(5);
/// How much of that a role may take, so that a call that was not made is known as such.
const ASSUMING: Duration = Duration::from_secs(3);
/// How long a session of a role lasts, the shortest there is: a role that was deleted and made anew is soon assumed anew.
const SESSION: Duration = Duration::from_mins(15);

/// Step Functions, by its SDK.
///
/// A task of another account, as its execution tells, is answered by that account's [role](CallbackRoles), for Step Functions
/// takes a token only from its own account. Every other task is answered by the function itself.
///
/// A message may name any execution. It gains nothing by a wrong one: a token answers its own task and no other, so the only
/// answer that is lost is the one to the task whose message lies.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    own: Client,
    roles: Arc<BTreeMap<String, Role>>,
}

/// A role of another account, and the client that calls by it once there is a first call.
#[derive(Debug)]
struct Role {
    arn: String,
    session_name: String,
    config: SdkConfig,
    client: OnceCell<Client>,
}

impl StepFunctions {
    /// A client of its own, whose calls are single tries of at most five seconds: a retry that the SDK made unseen could
    /// find its own success as `TaskTimedOut`. The roles are assumed when there is a first task of their account, within the
    /// same five seconds; in the trails of that account, their sessions are called `session_name`.
    #[must_use]
    pub fn new(config: &SdkConfig, roles: CallbackRoles, session_name: &str) -> Self {
        let roles = roles.by_account().map(|(account, arn)| {
            let (session_name, config) = (session_name.to_owned(), config.clone());
            (account, Role { arn, session_name, config, client: OnceCell::new() })
        });
        Self { own: single_tries(Builder::from(config)), roles: Arc::new(roles.collect()) }
    }

    /// The client for a task: that of its account's role, or the function's own.
    async fn client(&self, task: TaskHandle<'_>) -> &Client {
        match task.execution.and_then(account_of_execution).and_then(|account| self.roles.get(account)) {
            Some(role) => role.client.get_or_init(|| role.new_client()).await,
            None => &self.own,
        }
    }
}

impl Role {
    /// A client that assumes the role when it is first used, and again before the session ends.
    async fn new_client(&self) -> Client {
        let timeouts = TimeoutConfig::builder().operation_timeout(ASSUMING).build();
        let sts = self.config.to_builder().retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        let provider = AssumeRoleProvider::builder(&self.arn).configure(&sts).session_name(&self.session_name);
        let provider = provider.session_length(SESSION).build().await;
        single_tries(Builder::from(&self.config).credentials_provider(provider))
    }
}

fn single_tries(config: Builder) -> Client {
    let timeouts = TimeoutConfig::builder().operation_timeout(ONE_CALL).build();
    Client::from_conf(config.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build())
}

impl TaskCallbacks for StepFunctions {
    async fn answer(&self, task: TaskHandle<'_>, answer: &Answer) -> Result<(), Refusal> {
        let client = self.client(task).await;
        match answer {
            Answer::Success(output) => {
                let call = client.send_task_success().task_token(task.token.expose()).output(output.as_json());
                call.send().await.map(drop).map_err(|error| refusal(&error))
            }
            Answer::Failure(failure) => {
                let call = client.send_task_failure().task_token(task.token.expose());
                // What there is nothing of is left out: a text without letters would be one.
                let some = |text: String| Some(text).filter(|text| !text.is_empty());
                let call = call.set_error(some(failure.error().to_owned())).set_cause(some(failure.cause()));
                call.send().await.map(drop).map_err(|error| refusal(&error))
            }
        }
    }

    async fn heartbeat(&self, task: TaskHandle<'_>) -> Result<(), Refusal> {
        let call = self.client(task).await.send_task_heartbeat().task_token(task.token.expose());
        call.send().await.map(drop).map_err(|error| refusal(&error))
    }
}

/// Reads the code of an error, never its message: a `ValidationException` repeats the token.
fn refusal<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>) -> Refusal {
    if let Some(error) = causes(error).find_map(|cause| cause.downcast_ref::<SdkError<AssumeRoleError>>()) {
        return not_given(error);
    }
    if NoCredentials::of(error).is_some() {
        return Refusal::Unsent { reason: "there are no credentials".to_owned() };
    }
    let unheard = |reason: &str| Refusal::Unheard { reason: reason.to_owned() };
    match error {
        SdkError::ServiceError(reply) => of_code(reply.err().code(), reply.raw().status().is_server_error()),
        SdkError::ResponseError(_) => unheard("the reply could not be read"),
        SdkError::TimeoutError(_) => unheard("no reply in time"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => unheard("no connection in time"),
        SdkError::DispatchFailure(_) => unheard("no connection, or it broke"),
        _ => Refusal::Unsent { reason: "check the function's region and credentials".to_owned() },
    }
}

/// Whether an error code of AWS says that there were too many calls for now, whatever its HTTP status is.
#[must_use]
pub fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "KmsThrottlingException"
            | "RequestLimitExceeded"
            | "SlowDown"
            | "Throttling"
            | "ThrottledException"
            | "ThrottlingException"
            | "TooManyRequestsException"
    )
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
        _ if is_throttling(code) => Refusal::Throttled { code: name },
        "AccessDenied"
        | "AccessDeniedException"
        | "KmsAccessDeniedException"
        | "KmsInvalidStateException"
        | "NotAuthorized"
        | "OptInRequired" => Refusal::Denied { code: name },
        _ if is_of_credentials(code) => Refusal::Denied { code: name },
        _ if server_error => Refusal::Unheard { reason: name },
        _ => Refusal::Unrecognised { code: name },
    }
}

#[cfg(test)]
mod tests;
