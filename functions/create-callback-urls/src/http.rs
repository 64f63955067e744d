//! Calls that come by API Gateway (payload 2.0), and the replies to them.

use base64::{Engine, engine::general_purpose::STANDARD};
use callbacks::urls::{ErrorName, Refused, Reply};
use serde_json::{Map, Value, json};

/// Whether an event is a request by API Gateway. No call has such a field.
pub(crate) fn is_request(event: &Value) -> bool {
    event.get("requestContext").is_some()
}

/// What was sent by a request; or its reply, where nothing was.
pub(crate) fn sent(request: &Value) -> Result<Value, Value> {
    if request["requestContext"]["http"]["method"] != "POST" {
        return Err(json!({ "statusCode": 405, "headers": { "allow": "POST" } }));
    }
    let content_type = header(request, "content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(json!({ "statusCode": 415 }));
    }
    let body = request["body"].as_str().unwrap_or_default();
    let decoded = if request["isBase64Encoded"] == true { STANDARD.decode(body).ok() } else { Some(body.into()) };
    serde_json::from_slice(&decoded.unwrap_or_default()).map_err(|error| {
        // The error names a place, and repeats nothing of what stands there.
        let refused = Refused::new(ErrorName::InvalidJson, format!("the body is no JSON: {error}"));
        response(&Reply::refused(&refused, None))
    })
}

/// A reply as API Gateway passes it on.
pub(crate) fn response(reply: &Reply) -> Value {
    let headers = reply.content_type.map(|content_type| ("content-type".to_owned(), content_type.into()));
    json!({ "statusCode": reply.status, "headers": Map::from_iter(headers), "body": reply.body })
}

fn header<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    let headers = request["headers"].as_object()?;
    headers.iter().find(|(there, _)| there.eq_ignore_ascii_case(name))?.1.as_str()
}
