//! A door to one task, and requests to it.

use std::{collections::BTreeMap, time::Duration};

use callback_bridge::{
    TaskContext, TaskToken,
    test_util::{RecordingCallbacks, log},
};
use callbacks::{
    Approval, Ask, Callback, CallbackId, Desk, LinkKeys, Nobody, Outbound, Waiting,
    signed::Senders,
    test_util::{Lost, MemoryStore, RecordingOutside, StoppedClock},
};
use lambda_http::{Body, Request};
use receive_callback::{Config, Door};
use serde_json::{Value, json};

use crate::documented;

pub(crate) const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAAAAAAexample+token/1=";
pub(crate) const KEYS: &str = "a key of at least thirty-two letters";
pub(crate) const ALICE: &str = "alice@example.com";
pub(crate) const BOB: &str = "bob@example.com";

/// What the function tells others itself: that an answer came too late, and nothing else.
type LateAnswersOnly = Outbound<Nobody, Nobody, RecordingOutside>;

/// A task that is parked, and the door to it.
pub(crate) struct Bench {
    pub(crate) table: MemoryStore,
    pub(crate) callbacks: RecordingCallbacks,
    pub(crate) outside: RecordingOutside,
    /// Where others work on the same callbacks.
    pub(crate) desk: Desk<MemoryStore, RecordingCallbacks, RecordingOutside, StoppedClock>,
    clock: StoppedClock,
    door: Door<MemoryStore, RecordingCallbacks, LateAnswersOnly, StoppedClock>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::asking(json!({}), Config::default()).await
    }

    /// One approval does not decide.
    pub(crate) async fn asking_both() -> Self {
        Self::asking(json!({ "policy": { "approvals": "all" } }), Config::default()).await
    }

    /// A question to Alice and Bob that Carol has requested.
    pub(crate) async fn asking(changes: Value, config: Config) -> Self {
        let mut approval = json!({ "title": "Loan 42", "approvers": [ALICE, BOB], "requestedBy": "carol@example.com" });
        approval.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let bench = Self::empty(Senders::default(), config);
        bench.open(Ask::Approval(Approval::read(approval).unwrap())).await;
        bench
    }

    /// Nothing is parked yet.
    pub(crate) fn empty(senders: Senders, config: Config) -> Self {
        log::listen();
        let table = MemoryStore::default();
        let (callbacks, outside) = (RecordingCallbacks::default(), RecordingOutside::default());
        let clock = StoppedClock::at("2026-11-22T10:00:00Z".parse().unwrap());
        let keys = || LinkKeys::read(KEYS).unwrap();
        let late_only = Outbound { people: Nobody, machines: Nobody, late: outside.clone() };
        let door = Desk::new(table.clone(), callbacks.clone(), late_only, clock.clone(), keys());
        let desk = Desk::new(table.clone(), callbacks.clone(), outside.clone(), clock.clone(), keys());
        Self { table, callbacks, outside, desk, clock, door: Door::new(door, senders, config) }
    }

    /// The same, with another configuration from now on.
    pub(crate) fn configured(self, config: Config) -> Self {
        let late_only = Outbound { people: Nobody, machines: Nobody, late: self.outside.clone() };
        let keys = LinkKeys::read(KEYS).unwrap();
        let door = Desk::new(self.table.clone(), self.callbacks.clone(), late_only, self.clock.clone(), keys);
        Self { door: Door::new(door, Senders::default(), config), ..self }
    }

    pub(crate) async fn open(&self, ask: Ask) {
        let token = TaskToken::new(TOKEN).unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: "2026-11-22T10:00:00Z".parse().unwrap(),
            heartbeat: None,
            timeout: None,
        };
        self.desk.open(token, waiting, ask).await.unwrap();
    }

    pub(crate) fn id() -> CallbackId {
        CallbackId::of(&TaskToken::new(TOKEN).unwrap().attempt_id())
    }

    /// The callback as it is stored.
    pub(crate) fn stored(&self) -> Callback {
        self.table.get(Self::id()).unwrap()
    }

    pub(crate) fn link_of(&self, address: &str) -> String {
        self.outside.sent().into_iter().find(|sent| sent.address == address).unwrap().link
    }

    pub(crate) fn get(&self, address: &str) -> Sent {
        Sent::new("GET", &self.link_of(address))
    }

    /// An answer by the form of the page.
    pub(crate) fn post(&self, address: &str, choice: &str) -> Sent {
        let form = format!("choice={choice}&comment=&shown={}", self.stored().request.digest());
        Sent::new("POST", &self.link_of(address)).with_body("application/x-www-form-urlencoded", &form)
    }

    /// The same by a program.
    pub(crate) fn post_json(&self, address: &str, choice: &str) -> Sent {
        let body = json!({ "choice": choice, "shown": self.stored().request.digest() });
        Sent::new("POST", &self.link_of(address)).with_body("application/json", &body.to_string())
    }

    pub(crate) async fn seen(&self, sent: Sent) -> Seen {
        self.answered(&sent.request()).await
    }

    pub(crate) async fn answered(&self, request: &Request) -> Seen {
        let response = self.door.answer(request).await;
        let (parts, body) = response.into_parts();
        let header = |(name, value): (&lambda_http::http::HeaderName, &lambda_http::http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        let body = match body {
            Body::Text(text) => text,
            Body::Empty => String::new(),
            other => panic!("{other:?}"),
        };
        let seen = Seen { status: parts.status.as_u16(), headers: parts.headers.iter().map(header).collect(), body };
        documented::check(request, &seen);
        seen
    }

    /// Loses the replies to the next writes.
    pub(crate) fn lose(&self, replies: impl IntoIterator<Item = Lost>) {
        drop(self.table.clone().losing(replies));
    }

    /// Has done what is due.
    pub(crate) async fn sweep(&self) {
        let until = self.desk.now().checked_add(Duration::from_secs(50)).unwrap();
        self.desk.sweep(until).await.unwrap();
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

/// A request as API Gateway hands it over (payload 2.0).
#[derive(Clone)]
pub(crate) struct Sent(Value);

impl Sent {
    pub(crate) fn new(method: &str, link: &str) -> Self {
        Self::to(method, "ANY /c/{link}", &format!("/c/{link}"), json!({ "link": link }))
    }

    /// A request to a route, with the parameters that API Gateway has found in the path.
    pub(crate) fn to(method: &str, route: &str, path: &str, parameters: Value) -> Self {
        Self(json!({
            "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
            "headers": { "host": "decide.example.com" },
            "requestContext": {
                "accountId": "123456789012", "apiId": "a1b2c3d4e5", "stage": "$default", "routeKey": route,
                "domainName": "decide.example.com", "time": "22/Nov/2026:10:05:00 +0000", "timeEpoch": 1_795_341_900_000_u64,
                "http": { "method": method, "path": path, "protocol": "HTTP/1.1",
                          "sourceIp": "203.0.113.7", "userAgent": "curl" },
            },
            "pathParameters": parameters, "isBase64Encoded": false,
        }))
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = json!(value);
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.0["headers"].as_object_mut().unwrap().remove(name);
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.0["headers"][name].as_str().unwrap()
    }

    pub(crate) fn with_body(mut self, content_type: &str, body: &str) -> Self {
        self.0["body"] = json!(body);
        self.with_header("content-type", content_type)
    }

    /// With this query, as it stands in a URL.
    pub(crate) fn with_query(mut self, query: &str) -> Self {
        self.0["rawQueryString"] = json!(query);
        self
    }

    pub(crate) fn with_method(mut self, method: &str) -> Self {
        self.0["requestContext"]["http"]["method"] = json!(method);
        self
    }

    /// Signed in, by a token with these claims.
    pub(crate) fn with_claims(mut self, claims: Value) -> Self {
        self.0["requestContext"]["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
        self
    }

    pub(crate) fn request(&self) -> Request {
        lambda_http::request::from_str(&self.0.to_string()).unwrap()
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The end of the `type` of a problem.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.body);
        let json = self.json();
        assert_eq!(json["status"], self.status);
        json["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()
    }
}
