//! A gateway in front of a real process: see [`stand_in`].

use axum::http::Method;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::host::tests::stand_in;
use crate::local_aws::{ApiType, Authorizer, JwtAuthorizer};
use crate::{EventKind, FunctionSpec, Transcript};

const SOON: Duration = Duration::from_secs(30);

/// An open route to the stand-in.
pub(super) fn route(key: &str) -> Route {
    let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
    Route {
        api: "Api".to_owned(),
        api_id: "local-Api".to_owned(),
        api_type: ApiType::Http,
        method: method.to_owned(),
        path: path.to_owned(),
        function: "work-ABC".to_owned(),
        payload_format: "2.0".to_owned(),
        timeout_ms: 30_000,
        authorizer: None,
    }
}

/// A route that asks for a token, with one of these scopes.
pub(super) fn closed(scopes: &[&str]) -> Route {
    let jwt = JwtAuthorizer {
        identity_source: "$request.header.Authorization".to_owned(),
        issuer: "https://issuer.example".to_owned(),
        audience: vec!["callbacks".to_owned()],
        scopes: scopes.iter().map(ToString::to_string).collect(),
    };
    Route { authorizer: Some(Authorizer::Jwt(jwt)), ..route("ANY /closed") }
}

/// A token with these claims, and nobody's signature.
pub(super) fn token(claims: &Value) -> String {
    let [header, payload] =
        [&json!({ "alg": "RS256" }), claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{payload}.c2lnbmF0dXJl")
}

struct Room {
    api: HttpApi,
    host: Arc<LambdaHost>,
    _folder: tempfile::TempDir,
}

#[derive(Debug)]
struct Reply {
    head: String,
    body: String,
}

impl Reply {
    fn is(&self, status: u16, message: &str) -> bool {
        let is_said = serde_json::from_str::<Value>(&self.body).is_ok_and(|body| body == json!({ "message": message }));
        is_said && self.head.starts_with(&format!("HTTP/1.1 {status} "))
    }
}

async fn room_with(routes: &[Route], change: impl FnOnce(&mut FunctionSpec)) -> Room {
    let (folder, host) = (tempfile::tempdir().unwrap(), Arc::new(LambdaHost::start().await.unwrap()));
    let mut spec = stand_in::spec(folder.path(), &Transcript::new());
    change(&mut spec);
    host.register(spec).unwrap();
    let api = HttpApi::start(0, &host).await.unwrap();
    api.set_routes(routes).unwrap();
    Room { api, host, _folder: folder }
}

async fn room(routes: &[Route]) -> Room {
    room_with(routes, |_| {}).await
}

async fn send(url: &str, method: Method, path: &str, headers: &str, body: &[u8]) -> TcpStream {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}{headers}\r\n").as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    stream
}

async fn receive(mut stream: TcpStream) -> Reply {
    let mut reply = String::new();
    tokio::time::timeout(SOON, stream.read_to_string(&mut reply)).await.unwrap().unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    Reply { head: head.to_lowercase().replacen("http/1.1", "HTTP/1.1", 1), body: body.to_owned() }
}

impl Room {
    async fn call(&self, method: Method, path: &str, headers: &str, body: &[u8]) -> Reply {
        receive(send(self.api.url(), method, path, headers, body).await).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, "", b"").await
    }

    /// Begins a request whose function does not respond, and waits until it is at work.
    async fn begin_to_hang(&self) -> TcpStream {
        let hanging = send(self.api.url(), Method::GET, "/c/a?do=hang", "", b"").await;
        let mut events = self.host.events().reader();
        events.find(SOON, |event| matches!(event.what, EventKind::Invoked { .. })).await.unwrap();
        hanging
    }
}

#[tokio::test]
async fn a_request_invokes_the_function_and_gets_its_response() {
    let room = room(&[route("ANY /c/{link}")]).await;
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let reply = room.call(Method::POST, "/c/a.b.c?do=echo", form, b"answer=yes").await;
    assert!(reply.head.starts_with("HTTP/1.1 202 "), "{reply:?}");
    for line in ["content-type: application/json", "set-cookie: seen=1", "set-cookie: by=us", "apigw-requestid: "] {
        assert!(reply.head.contains(line), "{reply:?}");
    }
    let event: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(event["routeKey"], "ANY /c/{link}");
    assert_eq!(event["pathParameters"], json!({ "link": "a.b.c" }));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("YW5zd2VyPXllcw=="), &json!(true)));
    let http = &event["requestContext"]["http"];
    assert_eq!((&http["method"], &http["sourceIp"]), (&json!("POST"), &json!("127.0.0.1")));
    assert_eq!(format!("http://{}", event["headers"]["host"].as_str().unwrap()), room.api.url());
}

#[tokio::test]
async fn head_is_a_method_of_its_own_whose_reply_has_no_body() {
    let room = room(&[route("ANY /c/{link}")]).await;
    let reply = room.call(Method::HEAD, "/c/a?do=echo", "", b"").await;
    assert!(reply.head.starts_with("HTTP/1.1 202 ") && reply.head.contains("x-method: head"), "{reply:?}");
    assert_eq!(reply.body, "");
}

#[tokio::test]
async fn without_a_route_nothing_is_invoked() {
    let room = room(&[route("GET /c/{link}")]).await;
    assert!(room.get("/d").await.is(404, "Not Found"));
    assert!(room.call(Method::POST, "/c/a", "", b"").await.is(404, "Not Found"));
    assert!(room.host.events().items().is_empty());
    room.api.set_routes(&[route("GET /d")]).unwrap();
    assert!(room.get("/d").await.head.starts_with("HTTP/1.1 200 "));
    assert!(room.get("/c/a").await.is(404, "Not Found"));
}

#[tokio::test]
async fn a_function_that_fails_is_an_internal_error() {
    let room = room(&[route("$default")]).await;
    for what in ["fail", "exit", "misspeak"] {
        let reply = room.get(&format!("/?do={what}")).await;
        assert!(reply.is(500, "Internal Server Error"), "{what} {reply:?}");
    }
}

#[tokio::test]
async fn a_function_that_is_busy_or_slow_is_unavailable() {
    let slow = Route { timeout_ms: 50, ..route("GET /slow") };
    let room = room_with(&[route("GET /c/{link}"), slow], |spec| spec.concurrency = 1).await;
    assert!(room.get("/slow?do=hang").await.is(503, "Service Unavailable"));
    // It still hangs, and has no capacity left.
    assert!(room.get("/c/a").await.is(503, "Service Unavailable"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let room = room(&[route("POST /")]).await;
    let reply = room.call(Method::POST, "/", "", &vec![b'a'; body::LARGEST + 1]).await;
    assert!(reply.is(413, "Request Entity Too Large"), "{reply:?}");
    assert!(room.host.events().items().is_empty());
}

#[tokio::test]
async fn a_closed_route_wants_a_token() {
    let room = room(&[closed(&[]), route("GET /open")]).await;
    let refused = room.get("/closed?do=echo").await;
    assert!(refused.is(401, "Unauthorized") && refused.head.contains("www-authenticate: bearer"), "{refused:?}");
    assert!(room.host.events().items().is_empty());
    let exp = crate::clock::now().as_second() + 600;
    let token = token(&json!({ "iss": "https://issuer.example", "aud": "callbacks", "exp": exp, "sub": "alice" }));
    let header = format!("authorization: Bearer {token}\r\n");
    let reply = room.call(Method::GET, "/closed?do=echo", &header, b"").await;
    let event: Value = serde_json::from_str(&reply.body).unwrap();
    let claims = &event["requestContext"]["authorizer"]["jwt"]["claims"];
    assert_eq!((&claims["sub"], &claims["exp"]), (&json!("alice"), &json!(exp.to_string())));
}

#[tokio::test]
async fn when_it_stops_a_request_under_way_is_replied_to() {
    let mut room = room(&[route("GET /c/{link}")]).await;
    let hanging = room.begin_to_hang().await;
    room.api.close();
    room.host.unregister("work-ABC").await.unwrap();
    room.api.stop().await.unwrap();
    assert!(receive(hanging).await.is(500, "Internal Server Error"));
    let address = room.api.url().strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn when_it_is_dropped_a_request_under_way_is_replied_to() {
    let room = room(&[route("GET /c/{link}")]).await;
    let hanging = room.begin_to_hang().await;
    drop(room.api);
    room.host.unregister("work-ABC").await.unwrap();
    assert!(receive(hanging).await.is(500, "Internal Server Error"));
}
