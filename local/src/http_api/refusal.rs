//! What API Gateway itself replies with.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::host::InvokeError;

/// Why a request gets no response of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its body ends too early.
    BadRequest,
    /// It has no token, or one that is not good for the route.
    Unauthorized,
    /// It may not take the route.
    Forbidden,
    /// No route fits.
    NotFound,
    /// Its body is larger than 10 MB.
    TooLarge,
    /// The function failed, or its response can't be used.
    Failed,
    /// The function has no capacity left, or took longer than the integration waits.
    Unavailable,
}

impl From<InvokeError> for Refusal {
    fn from(error: InvokeError) -> Self {
        match error {
            // What AWS replies with here, its documentation leaves open.
            InvokeError::Throttled => Self::Unavailable,
            InvokeError::UnknownFunction | InvokeError::Stopping => Self::Failed,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        };
        let challenge = (self == Self::Unauthorized).then_some([(WWW_AUTHENTICATE, "Bearer")]);
        let mut response = (status, Json(json!({ "message": message }))).into_response();
        response.headers_mut().extend(
            challenge.into_iter().flatten().map(|(name, value)| (name, axum::http::HeaderValue::from_static(value))),
        );
        response
    }
}
