//! Calls to a server on this machine, in all its moods.

use std::{
    io,
    sync::{Mutex, MutexGuard},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, Uri},
    routing::post,
};
use callback_bridge::{TaskContext, TaskToken};
use callbacks::{
    Ask, CapabilityLink, LinkKeys, Recipient, Request, Waiting,
    signed::{SignedHeaders, SigningSecrets},
    test_util::StoppedClock,
};
use futures_util::stream;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;

const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const HERE: &str = "http://127.0.0.1:3000";

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// A request as the server has got it.
struct Got {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }
}

/// A server that responds as `respond` says, and keeps what it gets.
#[derive(Clone)]
struct Server {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Server {
    async fn start(respond: impl Fn() -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/", listener.local_addr().unwrap());
        let server = Self { url, got: Arc::default() };
        let take = async move |State(server): State<Self>, uri: Uri, headers: HeaderMap, body: Bytes| {
            server.got().push(Got { path: uri.to_string(), headers, body });
            respond()
        };
        let app = Router::new().route("/{*path}", post(take)).with_state(server.clone());
        tokio::spawn(async { axum::serve(listener, app).await });
        server
    }

    /// A server that responds with this status and these headers.
    async fn with(status: u16, headers: &'static [(&'static str, &'static str)], body: impl Into<String>) -> Self {
        let body = body.into();
        Self::start(move || {
            let response = Response::builder().status(status);
            let response = headers.iter().fold(response, |response, (name, value)| response.header(*name, *value));
            response.body(Body::from(body.clone())).unwrap()
        })
        .await
    }

    fn got(&self) -> MutexGuard<'_, Vec<Got>> {
        self.got.lock().unwrap()
    }
}

fn webhooks(url: &str, base_url: &str) -> HttpWebhooks<StoppedClock> {
    let base_url: BaseUrl = base_url.parse().unwrap();
    let secret = json!({ "payment-provider": { "urlPrefix": url, "signWith": [NEW, OLD] } }).to_string();
    let destinations = Destinations::read(&secret, PlainHttp::from(&base_url));
    HttpWebhooks::new(destinations, base_url, StoppedClock::at(now())).unwrap()
}

fn webhook(fields: Value) -> Webhook {
    let mut webhook = json!({ "destination": "payment-provider" });
    webhook.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Webhook::read(webhook).unwrap()
}

fn link(request: &Request) -> CapabilityLink {
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    CapabilityLink::new(&keys, request.id, Recipient::Destination, 0)
}

fn request(webhook: Webhook) -> Request {
    let waiting = Waiting {
        attempt: TaskToken::new("t").unwrap().attempt_id(),
        context: TaskContext::default(),
        sent_at: now(),
        heartbeat: None,
        timeout: Some(Duration::from_hours(1)),
    };
    Request::new(waiting, Ask::Webhook(webhook)).unwrap()
}

async fn call(webhooks: &HttpWebhooks<StoppedClock>, fields: Value) -> Result<CallReply, CallError> {
    let webhook = webhook(fields);
    let request = request(webhook.clone());
    webhooks.call(&OutgoingCall { request: &request, webhook: &webhook, link: link(&request) }).await
}

/// What comes of a call to this server.
async fn called(server: &Server) -> Result<CallReply, CallError> {
    call(&webhooks(&server.url, HERE), json!({})).await
}

/// What a destination replied that has taken the call.
fn taken(called: Result<CallReply, CallError>) -> Option<Value> {
    called.unwrap_or_else(|error| panic!("it was not taken: {error}")).body
}

#[tokio::test]
async fn a_call_is_signed_and_has_the_link_in_its_body() {
    let server = Server::with(202, &[("content-type", "application/json")], r#"{ "id": "p-1" }"#).await;
    let webhooks = webhooks(&server.url, HERE);
    let fields = json!({ "path": "payments?dry=1", "body": { "amount": 3 } });
    assert_eq!(taken(call(&webhooks, fields.clone()).await), Some(json!({ "id": "p-1" })));
    webhooks.clock.advance(Duration::from_hours(2));
    call(&webhooks, fields.clone()).await.unwrap();

    let request = request(webhook(fields));
    let got = server.got();
    let [first, second] = &got[..] else { panic!("{} calls", got.len()) };
    assert_eq!(first.path, "/v1/payments?dry=1");
    let url = format!("{HERE}/c/{}/answer", link(&request).secret());
    assert_eq!(serde_json::from_slice::<Value>(&first.body).unwrap(), json!({ "amount": 3, "callbackUrl": url }));
    for (name, value) in [
        ("content-type", "application/json"),
        ("user-agent", concat!("callback-bridge/", env!("CARGO_PKG_VERSION"))),
        ("webhook-id", &*request.id.to_string()),
        ("webhook-timestamp", "1795341600"),
    ] {
        assert_eq!(first.header(name), Some(value), "{name}");
    }
    assert_eq!(first.header("accept-encoding"), None, "nothing is unpacked");
    assert_eq!(second.header("webhook-id"), first.header("webhook-id"), "by which a repeated call is known");
    assert_ne!(second.header("webhook-signature"), first.header("webhook-signature"));
    for (got, at) in [(first, now()), (second, webhooks.clock.now())] {
        for secret in [NEW, OLD] {
            let headers = SignedHeaders {
                id: got.header("webhook-id"),
                timestamp: got.header("webhook-timestamp"),
                signature: got.header("webhook-signature"),
            };
            assert_eq!(SigningSecrets::new(&[secret]).unwrap().verify(headers, &got.body, at), Ok(()));
        }
    }
}

#[tokio::test]
async fn a_response_is_read_if_it_is_json() {
    let json_type = &[("content-type", "application/json; charset=utf-8")][..];
    let body = || json!({ "paid": true });
    let most = format!("\"{}\"", "x".repeat(64 * 1024 - 2));
    for (status, headers, text, read) in [
        (200, json_type, body().to_string(), Some(body())),
        (201, json_type, "17".to_owned(), Some(json!(17))),
        (200, json_type, "null".to_owned(), Some(Value::Null)),
        (200, json_type, String::new(), None),
        (200, json_type, "{ \"paid\":".to_owned(), None),
        (200, &[("content-type", "text/plain")], body().to_string(), None),
        (200, &[], body().to_string(), None),
        (204, &[], String::new(), None),
        (200, json_type, most.clone(), Some(json!("x".repeat(64 * 1024 - 2)))),
        (200, json_type, format!("{most} "), None),
        (200, json_type, format!("{{}}{}", " ".repeat(10_000_000)), None),
    ] {
        let server = Server::with(status, headers, text).await;
        assert_eq!(taken(called(&server).await), read, "{status} {headers:?}");
    }
}

#[tokio::test]
async fn a_response_without_an_end_is_not_read_on() {
    let server = Server::start(|| {
        let spaces = stream::repeat_with(|| io::Result::Ok(Bytes::from_static(&[b' '; 1_024])));
        Response::builder().header("content-type", "application/json").body(Body::from_stream(spaces)).unwrap()
    });
    assert_eq!(taken(called(&server.await).await), None);
}

#[tokio::test]
async fn what_may_be_taken_later_is_called_again_when_the_destination_wants() {
    const IN_TWO_MINUTES: &[(&str, &str)] = &[("retry-after", "Sun, 22 Nov 2026 10:02:00 GMT")];
    for (status, headers, seconds) in [
        (429, &[("retry-after", "120")][..], Some(120)),
        (429, IN_TWO_MINUTES, Some(120)),
        (503, &[("retry-after", "9999999")], Some(86_400)),
        (503, &[("retry-after", "soon")], None),
        (408, &[], None),
        (425, &[], None),
        (500, &[], None),
        (599, &[], None),
    ] {
        let server = Server::with(status, headers, "hidden").await;
        match called(&server).await {
            Err(CallError::Again { reason, after }) => {
                assert!(reason.contains(&status.to_string()) && !reason.contains("hidden"), "{reason}");
                assert_eq!(after, seconds.map(Duration::from_secs), "{status}");
            }
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_a_redirect_is_not_followed() {
    const METADATA: &[(&str, &str)] = &[("location", "http://169.254.169.254/latest/meta-data/")];
    const BESIDE: &[(&str, &str)] = &[("location", "/v1/elsewhere")];
    for (status, headers, advice) in [
        (307, METADATA, "redirects are not followed"),
        (308, BESIDE, "redirects are not followed"),
        (304, &[], "redirects are not followed"),
        (400, &[], "compare webhook.body"),
        (401, &[], "compare the secret"),
        (403, &[], "compare the secret"),
        (404, &[], "look at the URL prefix"),
        (409, &[], "does not take the call"),
        (410, &[], "register another URL prefix"),
        (413, &[], "too large"),
        (418, &[], "does not take the call"),
    ] {
        let server = Server::with(status, headers, "hidden").await;
        match called(&server).await {
            Err(CallError::Refused { reason }) => {
                assert!(reason.contains(advice) && reason.contains(&status.to_string()), "{reason}");
                assert!(reason.starts_with("payment-provider ") && !reason.contains("hidden"), "{reason}");
            }
            other => panic!("{status}: {other:?}"),
        }
        assert_eq!(server.got().len(), 1, "{status}");
    }
}

/// That it is called again, and why.
fn again(called: Result<CallReply, CallError>) -> String {
    match called {
        Err(CallError::Again { reason, after: None }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_destination_that_is_silent_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut webhooks = webhooks(&format!("http://{}/", listener.local_addr().unwrap()), HERE);
    webhooks.one_try = Duration::from_millis(20);
    assert_eq!(again(call(&webhooks, json!({})).await), "payment-provider has not replied in time");
    drop(listener);
    webhooks.one_try = ONE_TRY;
    assert_eq!(again(call(&webhooks, json!({})).await), UNREACHABLE);
}

const UNREACHABLE: &str = "payment-provider could not be connected to, or its name not be resolved";

/// It may have been the answer.
#[tokio::test]
async fn a_response_that_breaks_off_is_asked_for_again() {
    let server = Server::start(|| {
        let half = stream::iter([Ok(Bytes::from_static(b"{ \"paid\": ")), Err(io::Error::other("broken"))]);
        Response::builder().header("content-type", "application/json").body(Body::from_stream(half)).unwrap()
    });
    assert_eq!(again(called(&server.await).await), "payment-provider has broken its reply off");
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_before_anybody_is_connected_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    match call(&webhooks(&url, "https://decide.example.com"), json!({})).await {
        Err(CallError::Refused { reason }) => {
            assert!(reason.contains("localhost has an address that is not public"), "{reason}");
            assert!(!reason.contains("127.0.0.1") && !reason.contains("::1"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_may_be_later() {
    // A name with an empty part is asked of nobody.
    let webhooks = webhooks("https://api..example/", "https://decide.example.com");
    assert_eq!(again(call(&webhooks, json!({})).await), UNREACHABLE);
}

#[tokio::test]
async fn a_destination_that_is_not_registered_says_what_to_do() {
    let webhooks = webhooks("https://api.example/v1/", "https://decide.example.com");
    assert_eq!(webhooks.check(&webhook(json!({ "path": "payments" }))), Ok(()));
    let other = json!({ "destination": "bank" });
    let unknown = webhooks.check(&webhook(other.clone())).unwrap_err();
    assert_eq!(unknown.path, "webhook.destination");
    assert!(unknown.problem.contains(r#""bank": register it in the secret"#), "{unknown}");
    assert!(again(call(&webhooks, other).await).contains("register it"), "it may be registered again");
}

#[tokio::test]
async fn destinations_that_cannot_be_read_refuse_no_message_and_fail_no_task() {
    let broken = Destinations::read("{ \"payment-provider\": 1 }", PlainHttp::Never);
    let webhooks = HttpWebhooks::new(broken, HERE.parse().unwrap(), StoppedClock::at(now())).unwrap();
    assert_eq!(webhooks.check(&webhook(json!({ "destination": "bank" }))), Ok(()));
    assert!(again(call(&webhooks, json!({})).await).contains("the destinations cannot be read"));
}

#[test]
fn nothing_that_is_secret_is_shown() {
    let shown = format!("{:?}", webhooks("https://hidden.example/token/", "https://decide.example.com"));
    assert!(!shown.contains("hidden") && !shown.contains("MfKQ9r8"), "{shown}");
}
