//! The sample events: each is what its name says. Their links lead to the task of `events/open-callback/one-approval.json`,
//! by the key of these tests.

use std::{fs, path::Path};

use aws_lambda_events::event::sqs::SqsEvent;
use callback_bridge::{TaskMessage, test_util::RecordingCallbacks};
use callbacks::{
    Approval, Ask, Desk, LinkKeys, Waiting,
    signed::Senders,
    test_util::{MemoryStore, RecordingOutside, StoppedClock},
};
use lambda_http::Body;
use receive_callback::{Config, Door};
use serde_json::Value;

use crate::bench::KEYS;

fn sample(event: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/{event}.json"));
    fs::read_to_string(file).unwrap()
}

/// The status of the response, and who has answered then.
async fn became(event: &str, config: Config) -> (u16, Vec<String>) {
    let (store, callbacks, notifier) =
        (MemoryStore::default(), RecordingCallbacks::default(), RecordingOutside::default());
    let clock = StoppedClock::at("2026-11-22T10:05:00Z".parse().unwrap());
    let desk = Desk::new(store.clone(), callbacks, notifier, clock, LinkKeys::read(KEYS).unwrap());
    let opened: SqsEvent = serde_json::from_str(&sample("open-callback/one-approval")).unwrap();
    let TaskMessage { token, mut body, context, heartbeat, timeout, .. } =
        TaskMessage::read(&opened.records[0], None).unwrap();
    let sent_at = "2026-11-22T10:00:00Z".parse().unwrap();
    let waiting = Waiting { attempt: token.attempt_id(), context, sent_at, heartbeat, timeout };
    let id = desk.open(token, waiting, Ask::Approval(Approval::read(body["approval"].take()).unwrap())).await.unwrap();
    let request = lambda_http::request::from_str(&sample(&format!("receive-callback/{event}"))).unwrap();
    let response = Door::new(desk, Senders::default(), config).answer(&request).await;
    if *request.method() == "POST" {
        let Body::Text(body) = response.body() else { panic!("{:?}", response.body()) };
        let shown = store.get(id).unwrap().request.digest();
        assert_ne!(response.status(), 422, "{event} is to repeat the digest {shown}: {body}");
    }
    let answers = store.get(id).unwrap().state.answers;
    (response.status().as_u16(), answers.into_values().map(|answer| answer.by).collect())
}

#[tokio::test]
async fn every_sample_event_is_what_its_name_says() {
    let samples: [(&str, u16, &[&str]); 8] = [
        ("cross-site-post", 403, &[]),
        ("get-html", 200, &[]),
        ("get-json", 200, &[]),
        ("head", 200, &[]),
        ("post-form", 200, &["alice@example.com"]),
        ("post-json", 200, &["bob@example.com"]),
        ("signed-in-post", 200, &["bob@example.com"]),
        ("wrong-link", 404, &[]),
    ];
    for (event, status, by) in samples {
        let by = by.iter().map(ToString::to_string).collect();
        assert_eq!(became(event, Config::default()).await, (status, by), "{event}");
    }
    let signing_in = Config { person_claim: Some("email".to_owned()) };
    assert_eq!(became("signed-in-post", signing_in).await, (200, vec!["dora@example.com".to_owned()]));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/receive-callback");
    assert_eq!(fs::read_dir(folder).unwrap().count(), samples.len(), "a sample event is not in this list");
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
