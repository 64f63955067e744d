//! Calls that come by API Gateway (payload 2.0), and the replies to them.

use base64::{Engine, engine::general_purpose::STANDARD};
use callbacks::urls::{CreateReply, ErrorName, PostBody, Refused};
use serde_json::{Value, json};

/// Whether an event is a request by API Gateway; whatever else has a token is a call.
pub(crate) fn is_request(event: &Value) -> bool {
    event["requestContext"]["http"]["method"].is_string() && event.get("token").is_none()
}

/// What was sent by a request; [`ErrorName::MethodNotAllowed`] where nothing was.
pub(crate) fn sent(request: &Value) -> Result<Value, Refused> {
    if request["requestContext"]["http"]["method"] != "POST" {
        return Err(Refused::new(ErrorName::MethodNotAllowed, "URLs are created by POST"));
    }
    let body = request["body"].as_str().unwrap_or_default();
    let decoded = if request["isBase64Encoded"] == true { STANDARD.decode(body).ok() } else { Some(body.into()) };
    let bytes = decoded.unwrap_or_default();
    PostBody { content_type: header(request, "content-type"), bytes: &bytes }.json()
}

/// A reply as API Gateway passes it on. It has secrets.
pub(crate) fn response(reply: &CreateReply) -> Value {
    let headers = json!({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    let mut response = json!({ "statusCode": reply.status, "headers": headers });
    match reply.status {
        405 => response["headers"]["allow"] = "POST".into(),
        415 => {}
        _ => {
            response["headers"]["content-type"] = "application/json".into();
            response["body"] = reply.body.as_str().into();
        }
    }
    response
}

fn header<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    let headers = request["headers"].as_object()?;
    headers.iter().find(|(there, _)| there.eq_ignore_ascii_case(name))?.1.as_str()
}
