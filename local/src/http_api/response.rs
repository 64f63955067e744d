//! From what a function responds with to the reply to the request.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Deserialize;
use serde_json::Value;

use super::refusal::Refusal;
use crate::host::Invocation;

/// What a function may say about the reply. There are no `multiValueHeaders` in this format.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    status_code: u16,
    headers: Option<BTreeMap<String, Value>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// The reply. Without a `statusCode` in it, what the function responds with is the JSON of a success.
pub(super) fn response(invocation: &Invocation) -> Result<Response, Refusal> {
    if invocation.error.is_some() {
        return Err(Refusal::Failed);
    }
    reply_to(&invocation.payload).ok_or(Refusal::Failed)
}

fn reply_to(payload: &Bytes) -> Option<Response> {
    match serde_json::from_slice(payload).ok()? {
        Value::Object(said) if said.contains_key("statusCode") => as_said(serde_json::from_value(said.into()).ok()?),
        Value::String(text) => Some(inferred(text.into())),
        _ => Some(inferred(payload.clone())),
    }
}

fn inferred(body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn as_said(said: Said) -> Option<Response> {
    let body = said.body.unwrap_or_default();
    let body =
        if said.is_base64_encoded == Some(true) { BASE64_STANDARD.decode(body).ok()? } else { body.into_bytes() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(said.status_code).ok().filter(|status| status.as_u16() >= 200)?;
    let headers = response.headers_mut();
    for (name, value) in said.headers.unwrap_or_default() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        // How the body is sent is not for the function to say.
        if ![CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name) {
            headers.append(name, header(&value)?);
        }
    }
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    for cookie in said.cookies.unwrap_or_default() {
        headers.append(SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
    }
    Some(response)
}

fn header(value: &Value) -> Option<HeaderValue> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    HeaderValue::from_bytes(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Status, headers and body.
    async fn told(payload: Value) -> Option<(u16, String, String)> {
        let response = reply_to(&payload.to_string().into())?;
        let headers = response.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        let (status, headers) = (response.status().as_u16(), headers.collect::<Vec<_>>().join("\n"));
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Some((status, headers, String::from_utf8(body.to_vec()).unwrap()))
    }

    #[tokio::test]
    async fn it_is_as_the_function_says() {
        let said = json!({
            "statusCode": 303, "headers": { "Location": "/done", "X-Count": 3 }, "cookies": ["a=1; Secure", "b=2"],
            "body": "c2Vl", "isBase64Encoded": true, "multiValueHeaders": { "x-many": ["1"] },
        });
        let headers = "location: /done\nx-count: 3\ncontent-type: text/plain; charset=utf-8\nset-cookie: a=1; Secure\nset-cookie: b=2";
        assert_eq!(told(said).await.unwrap(), (303, headers.to_owned(), "see".to_owned()));
        let bare = told(json!({ "statusCode": 204, "headers": null, "content-length": 5 })).await.unwrap();
        assert_eq!((bare.0, bare.2.as_str()), (204, ""));
    }

    #[tokio::test]
    async fn without_a_status_it_is_a_success_in_json() {
        let json = "content-type: application/json".to_owned();
        for (payload, body) in [(json!({ "a": 1 }), r#"{"a":1}"#), (json!("Hello"), "Hello"), (json!([1]), "[1]")] {
            assert_eq!(told(payload).await.unwrap(), (200, json.clone(), body.to_owned()));
        }
    }

    #[tokio::test]
    async fn what_makes_no_reply_is_a_failure() {
        for unusable in [
            json!({ "statusCode": "fine" }),
            json!({ "statusCode": 99 }),
            json!({ "statusCode": 100 }),
            json!({ "statusCode": 200, "body": { "a": 1 } }),
            json!({ "statusCode": 200, "body": "*", "isBase64Encoded": true }),
            json!({ "statusCode": 200, "headers": { "not a name": "" } }),
            json!({ "statusCode": 200, "headers": { "name": ["value"] } }),
        ] {
            assert_eq!(told(unusable.clone()).await, None, "{unusable}");
        }
        assert!(reply_to(&Bytes::from_static(b"not json")).is_none());
    }
}
