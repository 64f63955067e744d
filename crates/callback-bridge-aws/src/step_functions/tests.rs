//! One test per modelled error, and the common ones, as the SDK delivers them.

mod other_accounts;

use aws_sdk_sfn::{
    error::ErrorMetadata,
    operation::{
        send_task_failure::{SendTaskFailureError, SendTaskFailureOutput},
        send_task_heartbeat::{SendTaskHeartbeatError, SendTaskHeartbeatOutput},
        send_task_success::{SendTaskSuccessError, SendTaskSuccessOutput},
    },
    types::error as model,
};
use aws_smithy_mocks::{mock, mock_client};
use callback_bridge::{TaskFailure, TaskOutput, TaskToken};

use super::*;
use crate::credentials::tests::{config_without, not_loaded, unreachable};

fn token() -> TaskToken {
    TaskToken::new("AQCU+/secret=").unwrap()
}

fn task(token: &TaskToken) -> TaskHandle<'_> {
    TaskHandle { token, execution: None }
}

fn of(own: Client) -> StepFunctions {
    StepFunctions { own, roles: Arc::default() }
}

fn success() -> Answer {
    Answer::Success(TaskOutput::of(&742).unwrap())
}

fn failure() -> Answer {
    Answer::Failure(TaskFailure::new("Credit.Declined", "score too low"))
}

fn meta(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message("Value 'AQCU+/secret=' at 'taskToken' is not nice").build()
}

async fn success_refused(error: fn() -> SendTaskSuccessError) -> Refusal {
    let rule = mock!(Client::send_task_success).then_error(error);
    let sfn = of(mock_client!(aws_sdk_sfn, [&rule]));
    sfn.answer(task(&token()), &success()).await.unwrap_err()
}

async fn failure_refused(error: fn() -> SendTaskFailureError) -> Refusal {
    let rule = mock!(Client::send_task_failure).then_error(error);
    let sfn = of(mock_client!(aws_sdk_sfn, [&rule]));
    sfn.answer(task(&token()), &failure()).await.unwrap_err()
}

async fn heartbeat_refused(error: fn() -> SendTaskHeartbeatError) -> Refusal {
    let rule = mock!(Client::send_task_heartbeat).then_error(error);
    let sfn = of(mock_client!(aws_sdk_sfn, [&rule]));
    sfn.heartbeat(task(&token())).await.unwrap_err()
}

#[tokio::test]
async fn each_call_says_what_it_should() {
    let succeeded = mock!(Client::send_task_success)
        .match_requests(|input| input.task_token() == Some("AQCU+/secret=") && input.output() == Some("742"))
        .then_output(|| SendTaskSuccessOutput::builder().build());
    let failed = mock!(Client::send_task_failure)
        .match_requests(|input| {
            input.error() == Some("Credit.Declined") && input.cause() == Some(r#"{"message":"score too low"}"#)
        })
        .then_output(|| SendTaskFailureOutput::builder().build());
    let beaten = mock!(Client::send_task_heartbeat)
        .match_requests(|input| input.task_token() == Some("AQCU+/secret="))
        .then_output(|| SendTaskHeartbeatOutput::builder().build());
    let sfn = of(mock_client!(aws_sdk_sfn, aws_smithy_mocks::RuleMode::MatchAny, [&succeeded, &failed, &beaten]));
    sfn.answer(task(&token()), &success()).await.unwrap();
    sfn.answer(task(&token()), &failure()).await.unwrap();
    sfn.heartbeat(task(&token())).await.unwrap();
    assert_eq!((succeeded.num_calls(), failed.num_calls(), beaten.num_calls()), (1, 1, 1));
}

#[tokio::test]
async fn every_modelled_error_of_a_success() {
    use SendTaskSuccessError as E;
    let denied = |code: &str| Refusal::Denied { code: code.to_owned() };
    let table: [(fn() -> E, Refusal); 7] = [
        (
            || E::InvalidOutput(model::InvalidOutput::builder().meta(meta("InvalidOutput")).build()),
            Refusal::InvalidAnswer { code: "InvalidOutput".to_owned() },
        ),
        (|| E::InvalidToken(model::InvalidToken::builder().meta(meta("InvalidToken")).build()), Refusal::InvalidToken),
        (
            || E::TaskDoesNotExist(model::TaskDoesNotExist::builder().meta(meta("TaskDoesNotExist")).build()),
            Refusal::TaskDoesNotExist,
        ),
        (|| E::TaskTimedOut(model::TaskTimedOut::builder().meta(meta("TaskTimedOut")).build()), Refusal::TaskTimedOut),
        (
            || {
                E::KmsAccessDeniedException(
                    model::KmsAccessDeniedException::builder().meta(meta("KmsAccessDeniedException")).build(),
                )
            },
            denied("KmsAccessDeniedException"),
        ),
        (
            || {
                E::KmsInvalidStateException(
                    model::KmsInvalidStateException::builder().meta(meta("KmsInvalidStateException")).build(),
                )
            },
            denied("KmsInvalidStateException"),
        ),
        (
            || {
                E::KmsThrottlingException(
                    model::KmsThrottlingException::builder().meta(meta("KmsThrottlingException")).build(),
                )
            },
            Refusal::Throttled { code: "KmsThrottlingException".to_owned() },
        ),
    ];
    for (error, refusal) in table {
        assert_eq!(success_refused(error).await, refusal);
    }
}

#[tokio::test]
async fn a_failure_and_a_heartbeat_are_read_by_the_same_table() {
    use SendTaskFailureError as F;
    use SendTaskHeartbeatError as H;
    let timed_out =
        failure_refused(|| F::TaskTimedOut(model::TaskTimedOut::builder().meta(meta("TaskTimedOut")).build()));
    assert_eq!(timed_out.await, Refusal::TaskTimedOut);
    let closed = heartbeat_refused(|| {
        H::TaskDoesNotExist(model::TaskDoesNotExist::builder().meta(meta("TaskDoesNotExist")).build())
    });
    assert_eq!(closed.await, Refusal::TaskDoesNotExist);
    let garbage =
        heartbeat_refused(|| H::InvalidToken(model::InvalidToken::builder().meta(meta("InvalidToken")).build()));
    assert_eq!(garbage.await, Refusal::InvalidToken);
}

/// No connection is made for it, so that it looks like one that broke; but nothing of it can have been taken.
#[tokio::test]
async fn a_call_without_credentials_was_not_made() {
    for reason in [not_loaded as fn() -> _, unreachable] {
        let sfn = StepFunctions::new(&config_without(reason).await, CallbackRoles::default(), "test");
        let unsent = Refusal::Unsent { reason: "there are no credentials".to_owned() };
        assert_eq!(sfn.answer(task(&token()), &success()).await, Err(unsent.clone()));
        assert_eq!(sfn.heartbeat(task(&token())).await, Err(unsent));
    }
}

#[tokio::test]
async fn common_errors_are_known_by_their_code() {
    let throttled = success_refused(|| SendTaskSuccessError::generic(meta("ThrottlingException"))).await;
    assert_eq!(throttled, Refusal::Throttled { code: "ThrottlingException".to_owned() });
    let denied = failure_refused(|| SendTaskFailureError::generic(meta("AccessDeniedException"))).await;
    assert_eq!(denied, Refusal::Denied { code: "AccessDeniedException".to_owned() });
    let new = success_refused(|| SendTaskSuccessError::generic(meta("BrandNewException"))).await;
    assert_eq!(new, Refusal::Unrecognised { code: "BrandNewException".to_owned() });
    assert_eq!(
        of_code(Some("InternalServerError"), true),
        Refusal::Unheard { reason: "InternalServerError".to_owned() }
    );
    assert_eq!(of_code(None, false), Refusal::Unheard { reason: "a reply without an error code".to_owned() });
}

#[tokio::test]
async fn a_refusal_never_repeats_the_token_that_aws_repeats() {
    let refusal = success_refused(|| SendTaskSuccessError::generic(meta("ValidationException"))).await;
    assert_eq!(refusal, Refusal::InvalidAnswer { code: "ValidationException".to_owned() });
    assert!(!format!("{refusal} {refusal:?}").contains("secret"));
}

#[tokio::test]
async fn nobody_there_is_unheard_and_the_sdk_does_not_try_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let hang_up = tokio::spawn(async move {
        let mut connections = 0_u32;
        while let Ok((connection, _)) = listener.accept().await {
            drop(connection);
            connections += 1;
            if connections == 1 {
                return listener;
            }
        }
        listener
    });
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(aws_sdk_sfn::config::SharedCredentialsProvider::new(
            aws_sdk_sfn::config::Credentials::for_tests(),
        ))
        .build();
    let refusal = StepFunctions::new(&config, CallbackRoles::default(), "worker")
        .answer(task(&token()), &success())
        .await
        .unwrap_err();
    assert!(matches!(refusal, Refusal::Unheard { .. }), "{refusal}");
    let listener = hang_up.await.unwrap();
    let second = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
    assert!(second.is_err(), "one call is one try");
}
