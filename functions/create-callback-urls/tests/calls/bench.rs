//! The function over a table in memory, and calls of it.

use std::collections::BTreeMap;

use callback_bridge::{TaskToken, test_util::log};
use callbacks::{
    Approval, Ask, Callback, CallbackId, CallbackStore, Desk, LinkKeys, Request, State, Waiting,
    test_util::{MemoryStore, StoppedClock},
    urls::{Action, Actions, Switches},
};
use create_callback_urls::{Config, CreateCallbackUrls};
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAAAAAAexample+token/1=";
pub(crate) const BASE: &str = "https://decide.example.com";
pub(crate) const ON: Switches = Switches { output_parameters: true, post_actions: true };

pub(crate) struct Bench {
    pub(crate) table: MemoryStore,
    /// Where URLs are called.
    desk: Desk<MemoryStore, (), (), StoppedClock>,
    function: CreateCallbackUrls<MemoryStore, StoppedClock>,
}

impl Bench {
    /// Everything is switched on.
    pub(crate) fn new() -> Self {
        Self::with(ON)
    }

    pub(crate) fn with(switches: Switches) -> Self {
        log::listen();
        let table = MemoryStore::default();
        let clock = StoppedClock::at("2026-11-22T10:00:00Z".parse().unwrap());
        let desk = || {
            let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
            Desk::new(table.clone(), (), (), clock.clone(), keys)
        };
        let config = Config { base_url: BASE.parse().unwrap(), region: "eu-west-1".to_owned(), switches };
        Self { function: CreateCallbackUrls::new(desk(), config), desk: desk(), table }
    }

    /// What a call of the function itself returns.
    pub(crate) async fn called(&self, event: &Value) -> Value {
        serde_json::from_str(&self.raw(&event.to_string()).await).unwrap()
    }

    /// The same, to the letter.
    pub(crate) async fn raw(&self, event: &str) -> String {
        self.function.handle(event).await.get().to_owned()
    }

    /// What a request is answered: the status, and the body read. It is kept by nobody on the way.
    pub(crate) async fn asked(&self, request: &Value) -> (u64, Value) {
        let reply = self.called(request).await;
        let headers = json!({ "cache-control": "no-store", "content-type": "application/json", "x-content-type-options": "nosniff" });
        assert_eq!(reply["headers"], headers);
        (reply["statusCode"].as_u64().unwrap(), serde_json::from_str(reply["body"].as_str().unwrap()).unwrap())
    }

    /// The callback as it is stored.
    pub(crate) fn stored(&self) -> Option<Callback> {
        self.table.get(id())
    }

    /// The link of a URL leads to this action, and its task is this one.
    pub(crate) async fn leads_to(&self, url: &str) -> (Action, Actions) {
        let path = url.split_once("/u/").unwrap().1;
        let link = self.desk.verified(path.split('?').next().unwrap()).unwrap();
        let (callback, actions, at) = self.desk.action(&link).await.unwrap().unwrap();
        assert_eq!(callback.state.token, Some(TaskToken::new(TOKEN).unwrap()));
        (actions.get(at).unwrap().clone(), actions)
    }

    /// People are asked about the task already.
    pub(crate) async fn ask_people(&self) {
        let token = TaskToken::new(TOKEN).unwrap();
        let approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
        let now = self.desk.now();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: callback_bridge::TaskContext::default(),
            sent_at: now,
            heartbeat: None,
            timeout: None,
        };
        let request = Request::new(waiting, Ask::Approval(Approval::read(approval).unwrap())).unwrap();
        let state = State::new(&request, token, now);
        self.table.park(&Callback { request, state }).await.unwrap();
    }
}

pub(crate) fn id() -> CallbackId {
    CallbackId::of(&TaskToken::new(TOKEN).unwrap().attempt_id())
}

/// A call with one action, and these fields.
pub(crate) fn order(fields: Value) -> Value {
    let mut order = json!({ "token": TOKEN, "actions": [{ "name": "go_on", "type": "heartbeat" }] });
    order.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    order
}

/// A request with this body, as API Gateway hands it over (payload 2.0).
pub(crate) fn request(body: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "POST /urls", "rawPath": "/urls", "rawQueryString": "",
        "headers": { "content-type": "application/json", "host": "decide.example.com" },
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "stage": "$default", "routeKey": "POST /urls",
            "authorizer": { "iam": { "userArn": "arn:aws:iam::123456789012:role/caller" } },
            "http": { "method": "POST", "path": "/urls", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "curl" },
        },
        "body": body, "isBase64Encoded": false,
    })
}

/// The URLs of a reply, by the names of their actions.
pub(crate) fn urls(reply: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(reply["urls"].clone()).unwrap_or_else(|error| panic!("{error}: {reply}"))
}

/// A reply but for what is another one in each: the transaction, and the links.
pub(crate) fn without_ids(mut reply: Value) -> Value {
    if let Some(id) = reply.get("transaction_id") {
        let id = id.as_str().unwrap();
        assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
        reply["transaction_id"] = json!("..");
    }
    for url in reply["urls"].as_object_mut().into_iter().flat_map(|urls| urls.values_mut()) {
        let (base, rest) = url.as_str().unwrap().split_once("/u/").unwrap();
        let (link, query) = rest.split_once('?').unwrap();
        assert!(!link.contains('/') && !base.is_empty(), "{url}");
        *url = json!(format!("{base}/u/..?{query}"));
    }
    reply
}
