//! Tasks of other accounts, over the wire: which credentials sign a call, and what comes of a role that is not given.

use std::sync::{Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sfn::config::{Credentials, SharedCredentialsProvider};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use super::*;

const ROLE: &str = "arn:aws:iam::210987654321:role/callback-bridge";
const THEIRS: &str = "arn:aws:states:us-east-1:210987654321:execution:loans:42";
const OURS: &str = "arn:aws:states:us-east-1:123456789012:execution:loans:42";

/// A call that was made: its operation, the access key that signed it, and its body.
#[derive(Debug, Clone)]
struct Call {
    operation: String,
    key: String,
    body: String,
}

/// STS and Step Functions at one address. STS gives a session, unless it is to refuse.
#[derive(Debug, Clone, Default)]
struct FakeAws {
    calls: Arc<Mutex<Vec<Call>>>,
    refusing: Option<(u16, &'static str)>,
}

impl FakeAws {
    async fn step_functions(&self) -> StepFunctions {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = config(&format!("http://{}", listener.local_addr().unwrap())).await;
        let app = Router::new().fallback(reply).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        StepFunctions::new(&config, ROLE.parse().unwrap(), "sweep-callbacks")
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keys_of(&self, operation: &str) -> Vec<String> {
        self.calls().into_iter().filter(|call| call.operation == operation).map(|call| call.key).collect()
    }
}

async fn config(endpoint: &str) -> SdkConfig {
    let own = SharedCredentialsProvider::new(Credentials::new("OWN", "secret", None, None, "test"));
    let config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(endpoint).credentials_provider(own);
    config.region(Region::new("us-east-1")).load().await
}

async fn reply(State(aws): State<FakeAws>, headers: HeaderMap, body: String) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = header("authorization").split("Credential=").nth(1).and_then(|scope| scope.split('/').next());
    let operation = header("x-amz-target").rsplit('.').next().filter(|name| !name.is_empty()).unwrap_or("AssumeRole");
    let key = key.unwrap_or_default().to_owned();
    let call = Call { operation: operation.to_owned(), key, body };
    aws.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    match (operation, aws.refusing) {
        ("AssumeRole", Some((status, code))) => {
            let error = format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
            (StatusCode::from_u16(status).unwrap(), error).into_response()
        }
        ("AssumeRole", None) => "<AssumeRoleResponse><AssumeRoleResult><Credentials>\
             <AccessKeyId>THEIRS</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
             <SessionToken>session</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>\
             </Credentials></AssumeRoleResult></AssumeRoleResponse>"
            .into_response(),
        _ => "{}".into_response(),
    }
}

fn of_execution<'a>(token: &'a TaskToken, execution: Option<&'a str>) -> TaskHandle<'a> {
    TaskHandle { token, execution }
}

#[tokio::test]
async fn a_task_of_an_account_with_a_role_is_answered_by_it_and_every_other_by_the_function_itself() {
    let aws = FakeAws::default();
    let (sfn, token) = (aws.step_functions().await, token());
    for execution in [None, Some(OURS), Some("42"), Some("arn:aws:states:us-east-1:111111111111:execution:loans:42")] {
        sfn.answer(of_execution(&token, execution), &success()).await.unwrap();
    }
    assert_eq!(aws.keys_of("SendTaskSuccess"), ["OWN"; 4]);
    assert!(aws.keys_of("AssumeRole").is_empty(), "no role is assumed before it is needed");

    let theirs = of_execution(&token, Some(THEIRS));
    sfn.heartbeat(theirs).await.unwrap();
    sfn.clone().answer(theirs, &failure()).await.unwrap();
    assert_eq!(
        (aws.keys_of("SendTaskHeartbeat"), aws.keys_of("SendTaskFailure")),
        (vec!["THEIRS".to_owned()], vec!["THEIRS".to_owned()])
    );
}

#[tokio::test]
async fn a_role_is_assumed_once_by_the_function_for_a_short_session_of_its_name() {
    let aws = FakeAws::default();
    let (sfn, token) = (aws.step_functions().await, token());
    for _ in 0..3 {
        sfn.answer(of_execution(&token, Some(THEIRS)), &success()).await.unwrap();
    }
    assert_eq!((aws.keys_of("AssumeRole"), aws.keys_of("SendTaskSuccess").len()), (vec!["OWN".to_owned()], 3));
    let body = aws.calls().remove(0).body;
    for said in [
        "RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fcallback-bridge",
        "RoleSessionName=sweep-callbacks",
        "DurationSeconds=900",
    ] {
        assert!(body.contains(said), "{body}");
    }
}

#[tokio::test]
async fn a_role_that_is_not_given_is_never_taken_for_a_reply_to_the_answer() {
    let code = |code: &str| format!("sts:AssumeRole: {code}");
    for (status, name, refusal) in [
        (403, "AccessDenied", Refusal::Denied { code: code("AccessDenied") }),
        (403, "RegionDisabledException", Refusal::Denied { code: code("RegionDisabledException") }),
        (400, "ValidationError", Refusal::Denied { code: code("ValidationError") }),
        (400, "TaskTimedOut", Refusal::Denied { code: code("TaskTimedOut") }),
        (400, "Throttling", Refusal::Throttled { code: code("Throttling") }),
        (500, "InternalFailure", Refusal::Unsent { reason: code("InternalFailure") }),
    ] {
        let aws = FakeAws { refusing: Some((status, name)), ..FakeAws::default() };
        let (sfn, token) = (aws.step_functions().await, token());
        let theirs = of_execution(&token, Some(THEIRS));
        assert_eq!(sfn.answer(theirs, &success()).await.unwrap_err(), refusal);
        assert_eq!(sfn.heartbeat(theirs).await.unwrap_err(), refusal);
        let operations: Vec<_> = aws.calls().into_iter().map(|call| call.operation).collect();
        assert_eq!(operations, ["AssumeRole", "AssumeRole"], "one call is one try, and nothing is answered");
    }
}

/// The clock stands still, but for those who wait: nobody replies, so it is put forward to the end of the first wait.
#[tokio::test(start_paused = true)]
async fn a_role_that_takes_too_long_leaves_the_call_unsent() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = config(&format!("http://{}", silent.local_addr().unwrap())).await;
    let sfn = StepFunctions::new(&config, ROLE.parse().unwrap(), "sweep-callbacks");
    let (token, began) = (token(), tokio::time::Instant::now());
    let refusal = sfn.answer(of_execution(&token, Some(THEIRS)), &success()).await.unwrap_err();
    assert_eq!(refusal, Refusal::Unsent { reason: "sts:AssumeRole: no reply in time".to_owned() });
    assert!(began.elapsed() < ONE_CALL);
}
