//! The sample events: each is what its name says. Their links lead to the task of `events/open-callback/one-approval.json`, and
//! those of machines to the one of `events/open-callback/webhook.json`, by the keys of these tests.

use std::{fs, path::Path};

use aws_lambda_events::event::sqs::SqsEvent;
use callback_bridge::{TaskMessage, test_util::RecordingCallbacks};
use callbacks::{
    Approval, Ask, CallReply, Callback, Desk, LinkKeys, Waiting, Webhook,
    test_util::{MemoryStore, RecordingOutside, StoppedClock},
    urls::{Order, Switches, TransactionId},
};
use lambda_http::{Body, Response};
use receive_callback::{Config, Door};
use serde_json::{Value, json};

use crate::{bench::KEYS, provider::senders};

fn sample(event: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/{event}.json"));
    fs::read_to_string(file).unwrap()
}

/// What an event gets, and what has become of the task then that this message parks.
async fn sent(event: &str, opened: &str, config: Config) -> (Response<Body>, Callback, RecordingCallbacks) {
    let (store, callbacks, outside) =
        (MemoryStore::default(), RecordingCallbacks::default(), RecordingOutside::default());
    outside.reply_with(Ok(CallReply { body: Some(json!({ "paymentId": "pay_42" })) }));
    let clock = StoppedClock::at("2026-11-22T10:05:00Z".parse().unwrap());
    let desk = Desk::new(store.clone(), callbacks.clone(), outside, clock, LinkKeys::read(KEYS).unwrap());
    let opened: SqsEvent = serde_json::from_str(&sample(opened)).unwrap();
    let TaskMessage { token, mut body, context, heartbeat, timeout, .. } =
        TaskMessage::read(&opened.records[0], None).unwrap();
    let sent_at = "2026-11-22T10:00:00Z".parse().unwrap();
    let waiting = Waiting { attempt: token.attempt_id(), context, sent_at, heartbeat, timeout };
    let ask = match body["webhook"].take() {
        Value::Null => Ask::Approval(Approval::read(body["approval"].take()).unwrap()),
        webhook => Ask::Webhook(Webhook::read(webhook).unwrap()),
    };
    let id = desk.open(token, waiting, ask).await.unwrap();
    let request = lambda_http::request::from_str(&sample(&format!("receive-callback/{event}"))).unwrap();
    let response = Door::new(desk, senders(), config).answer(&request).await;
    (response, store.get(id).unwrap(), callbacks)
}

/// What an event gets, and whether the task is answered then whose URLs the sample call has created.
async fn by_url(event: &str) -> (u16, bool) {
    let (store, callbacks, outside) =
        (MemoryStore::default(), RecordingCallbacks::default(), RecordingOutside::default());
    let now = "2026-11-22T10:05:00Z".parse().unwrap();
    let keys = LinkKeys::read(KEYS).unwrap();
    let desk = Desk::new(store, callbacks.clone(), outside, StoppedClock::at(now), keys);
    let call: Value = serde_json::from_str(&sample("create-callback-urls/direct-call")).unwrap();
    let order = Order::read(&call, TransactionId::new(42), Switches::default(), now).unwrap();
    let links = desk.create_urls(order.token, &order.actions).await.unwrap();
    let event = sample(&format!("receive-callback/{event}"));
    assert!(event.contains(&links[0].secret()), "it is to be sent to /u/{}", links[0].secret());
    let request = lambda_http::request::from_str(&event).unwrap();
    let response = Door::new(desk, senders(), Config::default()).answer(&request).await;
    (response.status().as_u16(), !callbacks.answers().is_empty())
}

/// The status of the response, and who has answered then.
async fn became(event: &str, config: Config) -> (u16, Vec<String>) {
    let (response, Callback { request, state }, _) = sent(event, "open-callback/one-approval", config).await;
    let shown = request.digest();
    assert_ne!(response.status(), 422, "{event} is to repeat the digest {shown}: {:?}", response.body());
    (response.status().as_u16(), state.answers.into_values().map(|answer| answer.by).collect())
}

const OF_PEOPLE: [(&str, u16, &[&str]); 8] = [
    ("cross-site-post", 403, &[]),
    ("get-html", 200, &[]),
    ("get-json", 200, &[]),
    ("head", 200, &[]),
    ("post-form", 200, &["alice@example.com"]),
    ("post-json", 200, &["bob@example.com"]),
    ("signed-in-post", 200, &["bob@example.com"]),
    ("wrong-link", 404, &[]),
];

/// With the `status` of the reply, or the number of it where that is a problem.
const OF_MACHINES: [(&str, u16, &str); 9] = [
    ("event", 200, "succeeded"),
    ("event-before-its-task", 202, "kept"),
    ("event-of-somebody-else", 401, "401"),
    ("machine-answer", 200, "succeeded"),
    ("machine-by-the-link-of-a-person", 404, "404"),
    ("machine-failure", 200, "failed"),
    ("machine-get", 200, "open"),
    ("machine-heartbeat", 200, "open"),
    ("machine-success", 200, "succeeded"),
];

/// With whether the task is answered.
const OF_URLS: [(&str, u16, bool); 2] = [("url-get", 200, false), ("url-post", 303, true)];

#[tokio::test]
async fn every_sample_event_is_what_its_name_says() {
    for (event, status, by) in OF_PEOPLE {
        let by = by.iter().map(ToString::to_string).collect();
        assert_eq!(became(event, Config::default()).await, (status, by), "{event}");
    }
    let signing_in = Config { person_claim: Some("email".to_owned()), ..Config::default() };
    assert_eq!(became("signed-in-post", signing_in).await, (200, vec!["dora@example.com".to_owned()]));
    for (event, status, stands) in OF_MACHINES {
        let (response, _, callbacks) = sent(event, "open-callback/webhook", Config::default()).await;
        let Body::Text(body) = response.body() else { panic!("{:?}", response.body()) };
        let body: Value = serde_json::from_str(body).unwrap();
        let stood = body["status"].as_str().map_or_else(|| body["status"].to_string(), str::to_owned);
        assert_eq!((response.status().as_u16(), &*stood), (status, stands), "{event}: {body}");
        assert_eq!(callbacks.heartbeats(), usize::from(event == "machine-heartbeat"), "{event}");
        assert_eq!(callbacks.answers().len(), usize::from(matches!(stands, "succeeded" | "failed")), "{event}");
    }
    for (event, status, answers) in OF_URLS {
        assert_eq!(by_url(event).await, (status, answers), "{event}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/receive-callback");
    let samples = OF_PEOPLE.len() + OF_MACHINES.len() + OF_URLS.len();
    assert_eq!(fs::read_dir(folder).unwrap().count(), samples, "a sample event is not in this list");
}

/// A withdrawal of that task, too.
#[test]
fn the_sample_events_are_of_one_task() {
    let withdraw: Value = serde_json::from_str(&sample("sweep-callbacks/withdraw")).unwrap();
    let opened: SqsEvent = serde_json::from_str(&sample("open-callback/one-approval")).unwrap();
    let token = TaskMessage::read(&opened.records[0], None).unwrap().token;
    let id = callbacks::CallbackId::of(&token.attempt_id()).to_string();
    assert_eq!(withdraw["withdraw"]["callbackId"], id);
}
