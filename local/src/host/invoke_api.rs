//! Lambda's [Invoke](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html), for the local AWS.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::invocation::InvokeError;
use super::state::HostState;

pub(super) fn routes() -> Router<Arc<HostState>> {
    Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke)).layer(DefaultBodyLimit::disable())
}

async fn invoke(State(host): State<Arc<HostState>>, Path(name): Path<String>, payload: Bytes) -> Response {
    match super::invoke(&host, &name, payload).await {
        Ok(invocation) => {
            // Lambda says Unhandled whatever went wrong in the function.
            let failed = invocation.error.map(|_| [("x-amz-function-error", "Unhandled")]);
            let headers = [("content-type", "application/json"), ("x-amz-executed-version", "$LATEST")];
            let headers: Vec<_> = headers.into_iter().chain(failed.into_iter().flatten()).collect();
            let mut response = invocation.payload.into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
            }
            response
        }
        Err(error) => refused(&name, error),
    }
}

fn refused(name: &str, error: InvokeError) -> Response {
    let (status, code) = match error {
        InvokeError::UnknownFunction => (StatusCode::NOT_FOUND, "ResourceNotFoundException"),
        InvokeError::Throttled => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
        InvokeError::Stopping => (StatusCode::INTERNAL_SERVER_ERROR, "ServiceException"),
    };
    let body = serde_json::json!({"Type": code, "Message": format!("{name}: {error}")});
    (status, [("x-amzn-errortype", code)], axum::Json(body)).into_response()
}
