//! The [Lambda Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), below a prefix per sandbox.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::invocation::Failure;
use super::mailbox::Answer;
use super::state::HostState;

/// The largest [response](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): 6 MB, and some room.
const LARGEST_RESPONSE: usize = 6_291_556;

pub(super) fn routes() -> Router<Arc<HostState>> {
    let runtime = Router::new()
        .route("/invocation/next", get(next))
        .route("/invocation/{request}/response", post(response))
        .route("/invocation/{request}/error", post(error))
        .route("/init/error", post(init_error))
        // The limit is checked where it can be reported as Lambda reports it.
        .layer(DefaultBodyLimit::disable());
    Router::new().nest("/sandbox/{sandbox}/2018-06-01/runtime", runtime)
}

async fn next(State(host): State<Arc<HostState>>, Path(sandbox): Path<u64>) -> Response {
    let Some(mailbox) = host.mailbox(sandbox) else { return gone() };
    let Some(work) = mailbox.next().await else { return gone() };
    let trace = format!("Root=1-00000000-{};Sampled=0", work.request_id.replace('-', "").split_off(8));
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", work.request_id),
        ("lambda-runtime-deadline-ms", work.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", work.arn),
        ("lambda-runtime-trace-id", trace),
    ];
    (headers, work.payload).into_response()
}

async fn response(
    State(host): State<Arc<HostState>>,
    Path((sandbox, request)): Path<(u64, String)>,
    body: Bytes,
) -> Response {
    if body.len() > LARGEST_RESPONSE {
        let failure = Failure::response_too_large(body.len(), LARGEST_RESPONSE);
        answer(&host, sandbox, &request, Answer::Error(failure.payload));
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    answer(&host, sandbox, &request, Answer::Response(body))
}

async fn error(
    State(host): State<Arc<HostState>>,
    Path((sandbox, request)): Path<(u64, String)>,
    body: Bytes,
) -> Response {
    answer(&host, sandbox, &request, Answer::Error(body))
}

async fn init_error(State(host): State<Arc<HostState>>, Path(sandbox): Path<u64>, body: Bytes) -> Response {
    let Some(mailbox) = host.mailbox(sandbox) else { return gone() };
    mailbox.fail_init(body);
    StatusCode::ACCEPTED.into_response()
}

fn answer(host: &HostState, sandbox: u64, request: &str, answer: Answer) -> Response {
    let Some(mailbox) = host.mailbox(sandbox) else { return gone() };
    if mailbox.answer(request, answer) {
        return StatusCode::ACCEPTED.into_response();
    }
    let body = r#"{"errorType":"InvalidRequestID","errorMessage":"nobody waits for the answer to this request"}"#;
    (StatusCode::BAD_REQUEST, body).into_response()
}

/// The sandbox was given up; its process is being killed.
fn gone() -> Response {
    (StatusCode::FORBIDDEN, r#"{"errorType":"Forbidden","errorMessage":"this sandbox is over"}"#).into_response()
}
