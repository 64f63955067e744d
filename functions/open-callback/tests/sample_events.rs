//! The sample events: each is what its name says, to the code that gets it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{fs, path::Path, time::Duration};

use aws_lambda_events::event::sqs::SqsEvent;
use callback_bridge::{
    Answer, RuntimeSettings, WorkerRuntime,
    test_util::{RecordingCallbacks, RecordingQueue, invocation},
};
use callbacks::{
    Desk, LinkKeys,
    test_util::{MemoryStore, RecordingOutside, StoppedClock},
};
use open_callback::OpenCallback;
use serde_json::Value;

/// Whom a sample event has asked or called, or the field by which its task was failed.
#[derive(Debug, PartialEq)]
enum Became {
    Asked(Vec<String>),
    Called(String),
    Failed(String),
}

async fn became(event: &str) -> Became {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/open-callback/{event}.json"));
    let event: SqsEvent = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let (callbacks, outside) = (RecordingCallbacks::default(), RecordingOutside::default());
    let clock = StoppedClock::at("2026-11-22T10:00:01Z".parse().unwrap());
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    let desk = Desk::new(MemoryStore::default(), callbacks.clone(), outside.clone(), clock, keys);
    let (queue, settings) = (RecordingQueue::default(), RuntimeSettings::default());
    let runtime = WorkerRuntime::new(OpenCallback::new(desk), callbacks.clone(), queue, settings);
    let response = runtime.handle(event, invocation(Duration::from_secs(30))).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    match &callbacks.answers()[..] {
        [] => match outside.calls().pop() {
            Some(call) => Became::Called(call.destination),
            None => Became::Asked(outside.sent().into_iter().map(|sent| sent.address).collect()),
        },
        [Answer::Failure(failure)] if failure.error() == "Bridge.InvalidInput" => {
            let cause: Value = serde_json::from_str(&failure.cause()).unwrap();
            Became::Failed(cause["field"].as_str().unwrap().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_sample_event_is_what_its_name_says() {
    let asked = |addresses: &[&str]| Became::Asked(addresses.iter().map(ToString::to_string).collect());
    let failed = |field: &str| Became::Failed(field.to_owned());
    let samples = [
        ("eventbridge-event", asked(&["alice@example.com", "bob@example.com"])),
        ("every-field", asked(&["alice@example.com", "bob@example.com", "finance"])),
        ("no-approval", failed("approval")),
        ("one-approval", asked(&["alice@example.com", "bob@example.com"])),
        ("short-heartbeat", failed("heartbeatSeconds")),
        ("unknown-field", failed("approval.approver")),
        ("webhook", Became::Called("payment-provider".to_owned())),
        ("webhook-beside-approval", failed("webhook")),
        ("webhook-every-field", Became::Called("payment-provider".to_owned())),
    ];
    for (event, expected) in &samples {
        assert_eq!(&became(event).await, expected, "{event}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/open-callback");
    assert_eq!(fs::read_dir(folder).unwrap().count(), samples.len(), "a sample event is not in this list");
}
