//! From a request to the event that its function gets.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use base64::prelude::{BASE64_STANDARD, Engine};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::path::decoded;
use super::routes::Found;
use crate::children::ACCOUNT;

/// A request that a route has been found for.
pub(super) struct Call<'a> {
    pub(super) head: &'a Parts,
    pub(super) body: &'a [u8],
    pub(super) found: &'a Found<'a>,
    /// What the authorizer of the route says.
    pub(super) authorizer: Option<Value>,
    pub(super) client: IpAddr,
    pub(super) server: SocketAddr,
    pub(super) request_id: &'a str,
    pub(super) at: Timestamp,
}

/// The event. What a request does not have, the event has no key for.
pub(super) fn event(call: &Call<'_>) -> Value {
    let Call { head, found, .. } = call;
    let (path, query) = (decoded(head.uri.path()), head.uri.query().unwrap_or_default());
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.route.key(),
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(call),
        "requestContext": context(call, &path),
        "isBase64Encoded": false,
    });
    let cookies = cookies(&head.headers);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        let pairs = form_urlencoded::parse(query.as_bytes());
        event["queryStringParameters"] =
            json!(joined(pairs.map(|(name, value)| (name.into_owned(), value.into_owned()))));
    }
    if !found.parameters.is_empty() {
        event["pathParameters"] = json!(found.parameters);
    }
    if !call.body.is_empty() {
        let text = if is_text(&head.headers) { str::from_utf8(call.body).ok() } else { None };
        event["isBase64Encoded"] = text.is_none().into();
        event["body"] = text.map_or_else(|| BASE64_STANDARD.encode(call.body), str::to_owned).into();
    }
    event
}

fn context(call: &Call<'_>, path: &str) -> Value {
    let Call { head, found, at, .. } = call;
    let domain = header(&head.headers, &HOST).unwrap_or_else(|| call.server.to_string());
    let mut context = json!({
        "accountId": ACCOUNT,
        "apiId": found.route.api_id,
        "domainName": domain,
        "domainPrefix": domain.split('.').next(),
        "http": {
            "method": head.method.as_str(),
            "path": path,
            "protocol": format!("{:?}", head.version),
            "sourceIp": call.client,
            "userAgent": header(&head.headers, &USER_AGENT).unwrap_or_default(),
        },
        "requestId": call.request_id,
        "routeKey": found.route.key(),
        "stage": "$default",
        "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": at.as_millisecond(),
    });
    if let Some(authorizer) = &call.authorizer {
        context["authorizer"] = authorizer.clone();
    }
    context
}

/// The headers with those that API Gateway adds; cookies have a place of their own.
fn headers(call: &Call<'_>) -> Map<String, Value> {
    let of_request = call.head.headers.iter().filter(|(name, _)| **name != COOKIE);
    let of_request = of_request.map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    let trace = format!("Root=1-{:08x}-{:024x}", call.at.as_second(), fastrand::u128(..) >> 32);
    let mut headers = joined(of_request.chain([("x-forwarded-for".to_owned(), call.client.to_string())]));
    headers.insert("x-forwarded-port".to_owned(), call.server.port().to_string().into());
    headers.insert("x-forwarded-proto".to_owned(), "http".into());
    headers.entry("x-amzn-trace-id").or_insert(trace.into());
    headers
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().map(|value| text(value.as_bytes()));
    lines.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()).collect()
}

/// Several values of a name are joined by commas.
fn joined(pairs: impl Iterator<Item = (String, String)>) -> Map<String, Value> {
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in pairs {
        values.entry(name).or_default().push(value);
    }
    values.into_iter().map(|(name, values)| (name, values.join(",").into())).collect()
}

/// Whether a body arrives as it is. The documentation says that binary ones do not, and not which those are: those of
/// forms are, and those without a type, [as somebody has found out](https://github.com/ministackorg/ministack/pull/766).
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = header(headers, &CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&media_type)
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| text(value.as_bytes()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, Request};

    use super::*;
    use crate::http_api::routes::Routes;
    use crate::http_api::tests::route;

    fn event_of(key: &str, request: Request<&str>, authorizer: Option<Value>) -> Value {
        let (head, body) = request.into_parts();
        let routes = Routes::new(&[route(key)]).unwrap();
        let found = &routes.find(&head.method, head.uri.path()).unwrap();
        event(&Call {
            head: &head,
            body: body.as_bytes(),
            found,
            authorizer,
            client: [192, 0, 2, 1].into(),
            server: ([127, 0, 0, 1], 4321).into(),
            request_id: "id",
            at: "2020-03-12T19:03:58.390Z".parse().unwrap(),
        })
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
    #[test]
    fn it_looks_like_the_example_in_the_documentation() {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/my/path?parameter1=value1&parameter1=value2&parameter2=value")
            .header("Host", "id.execute-api.us-east-1.amazonaws.com")
            .header("Header1", "value1")
            .header("Header2", "value1")
            .header("Header2", "value2")
            .header("Cookie", "cookie1; cookie2")
            .header("User-Agent", "agent")
            .header("Content-Type", "text/plain")
            .header("X-Amzn-Trace-Id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e")
            .body("Hello from Lambda")
            .unwrap();
        let jwt = json!({ "jwt": { "claims": { "claim1": "value1" }, "scopes": ["scope1", "scope2"] } });
        assert_eq!(
            event_of("$default", request, Some(jwt.clone())),
            json!({
                "version": "2.0",
                "routeKey": "$default",
                "rawPath": "/my/path",
                "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
                "cookies": ["cookie1", "cookie2"],
                "headers": {
                    "header1": "value1",
                    "header2": "value1,value2",
                    "host": "id.execute-api.us-east-1.amazonaws.com",
                    "user-agent": "agent",
                    "content-type": "text/plain",
                    "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
                    "x-forwarded-for": "192.0.2.1",
                    "x-forwarded-port": "4321",
                    "x-forwarded-proto": "http",
                },
                "queryStringParameters": { "parameter1": "value1,value2", "parameter2": "value" },
                "requestContext": {
                    "accountId": "123456789012",
                    "apiId": "local-Api",
                    "authorizer": jwt,
                    "domainName": "id.execute-api.us-east-1.amazonaws.com",
                    "domainPrefix": "id",
                    "http": {
                        "method": "POST",
                        "path": "/my/path",
                        "protocol": "HTTP/1.1",
                        "sourceIp": "192.0.2.1",
                        "userAgent": "agent",
                    },
                    "requestId": "id",
                    "routeKey": "$default",
                    "stage": "$default",
                    "time": "12/Mar/2020:19:03:58 +0000",
                    "timeEpoch": 1_584_039_838_390_i64,
                },
                "body": "Hello from Lambda",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn what_a_request_does_not_have_is_not_there() {
        let request = Request::builder().uri("/c/a%20b").body("").unwrap();
        let event = event_of("ANY /c/{link}", request, None);
        let absent = ["cookies", "queryStringParameters", "body", "stageVariables"];
        assert!(absent.iter().all(|key| event.get(key).is_none()), "{event}");
        assert_eq!(event["pathParameters"], json!({ "link": "a b" }));
        assert_eq!((&event["rawPath"], &event["routeKey"]), (&json!("/c/a b"), &json!("ANY /c/{link}")));
        assert_eq!((&event["rawQueryString"], &event["isBase64Encoded"]), (&json!(""), &json!(false)));
        assert_eq!(event["requestContext"]["domainName"], "127.0.0.1:4321");
        assert!(event["headers"]["x-amzn-trace-id"].as_str().unwrap().starts_with("Root=1-5e6a879e-"), "{event}");
    }

    #[test]
    fn who_forwards_a_request_is_added_to_those_before() {
        let request = Request::builder().uri("/").header("x-forwarded-for", "203.0.113.9").body("").unwrap();
        assert_eq!(event_of("GET /", request, None)["headers"]["x-forwarded-for"], "203.0.113.9,192.0.2.1");
    }

    #[test]
    fn only_text_arrives_as_it_is() {
        for (content_type, is_text) in [
            ("text/html; charset=utf-8", true),
            ("Application/JSON", true),
            ("application/xml", true),
            ("application/javascript", true),
            ("application/x-www-form-urlencoded", false),
            ("application/cloudevents+json", false),
            ("application/octet-stream", false),
            ("", false),
        ] {
            let request = Request::builder().method(Method::POST).uri("/").header("content-type", content_type);
            let event = event_of("POST /", request.body("a=b").unwrap(), None);
            let expected = if is_text { "a=b" } else { "YT1i" };
            assert_eq!(
                (&event["body"], &event["isBase64Encoded"]),
                (&json!(expected), &json!(!is_text)),
                "{content_type}"
            );
        }
    }
}
