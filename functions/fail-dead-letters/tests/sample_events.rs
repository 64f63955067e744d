//! The sample events, and what becomes of them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{fs, path::Path, time::Duration};

use aws_lambda_events::event::sqs::SqsEvent;
use callback_bridge::{
    Answer, Refusal, RuntimeSettings, TaskMessage, WorkerRuntime,
    test_util::{Forwarded, RecordingCallbacks, RecordingQueue, invocation},
};
use callbacks::{
    Approval, Ask, Callback, CallbackId, CallbackStore, Request, State, Waiting, Webhook, test_util::MemoryStore,
};
use fail_dead_letters::FailDeadLetters;
use serde_json::{Value, json};

fn sample(event: &str) -> SqsEvent {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/fail-dead-letters/{event}.json"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// What became of an event.
struct Handled {
    kept: usize,
    answers: Vec<Answer>,
    forwarded: Vec<Forwarded>,
}

async fn handle(event: SqsEvent, callbacks: RecordingCallbacks, parked: impl CallbackStore) -> Handled {
    let queue = RecordingQueue::default();
    let mut settings = RuntimeSettings::default();
    settings.terminal_queue_url = Some("https://sqs.us-east-1.amazonaws.com/123456789012/terminal".to_owned());
    let runtime = WorkerRuntime::new(FailDeadLetters::new(parked), callbacks.clone(), queue.clone(), settings);
    let response = runtime.handle(event, invocation(Duration::from_secs(30))).await.unwrap();
    let kept = response.batch_item_failures.len();
    Handled { kept, answers: callbacks.answers(), forwarded: queue.forwarded() }
}

fn approval() -> Ask {
    let event = sample("parked-task");
    let mut body = TaskMessage::read(&event.records[0], None).unwrap().body;
    Ask::Approval(Approval::read(body["approval"].take()).unwrap())
}

/// A table in which the task of the sample event is parked, as open-callback parks it.
async fn with_the_parked_task(ask: Ask) -> (MemoryStore, CallbackId) {
    let event = sample("parked-task");
    let TaskMessage { token, context, .. } = TaskMessage::read(&event.records[0], None).unwrap();
    let waiting = Waiting {
        attempt: token.attempt_id(),
        context,
        sent_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        heartbeat: None,
        timeout: None,
    };
    let request = Request::new(waiting, ask).unwrap();
    let id = request.id;
    let state = State::new(&request, token, request.began_at);
    let table = MemoryStore::default();
    table.park(&Callback { request, state }).await.unwrap();
    (table, id)
}

#[tokio::test(start_paused = true)]
async fn a_task_is_failed_with_where_its_message_was_given_up() {
    let handled = handle(sample("one-task"), RecordingCallbacks::default(), MemoryStore::default()).await;
    assert_eq!(handled.kept, 0);
    let [Answer::Failure(failure)] = &handled.answers[..] else { panic!("{:?}", handled.answers) };
    assert_eq!(failure.error(), "Bridge.DeadLettered");
    let cause: Value = serde_json::from_str(&failure.cause()).unwrap();
    assert_eq!((&cause["stage"], &cause["receives"]), (&json!("credit-check"), &json!(5)));
    assert_eq!(cause["messageId"], "059f36b4-87a3-44ab-83d2-661975975781");
    assert!(cause["message"].as_str().unwrap().starts_with("no worker answered"));
}

#[tokio::test(start_paused = true)]
async fn what_no_queue_has_given_up_is_failed_with_why_it_could_not_be_delivered() {
    let by_eventbridge = sample("undelivered-event");
    let mut by_a_topic = by_eventbridge.clone();
    by_a_topic.records[0].message_attributes.clear();
    let rule = "arn:aws:events:us-east-1:123456789012:rule/credit-checks/credit-check";
    for (event, said) in
        [(by_eventbridge, [json!(rule), json!("NO_PERMISSIONS")]), (by_a_topic, [json!(null), json!(null)])]
    {
        let handled = handle(event, RecordingCallbacks::default(), MemoryStore::default()).await;
        let [Answer::Failure(failure)] = &handled.answers[..] else { panic!("{:?}", handled.answers) };
        assert_eq!(failure.error(), "Bridge.DeadLettered");
        let cause: Value = serde_json::from_str(&failure.cause()).unwrap();
        assert!(cause["message"].as_str().unwrap().starts_with("no worker was asked"), "{cause}");
        assert_eq!((&cause["stage"], &cause["receives"]), (&json!(null), &json!(0)));
        assert_eq!([&cause["rule"], &cause["deliveryError"]], said.each_ref());
        assert_eq!(cause["deliveryMessage"].is_string(), said[1].is_string(), "{cause}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redriven_message_of_a_dead_task_is_acknowledged() {
    let dead = RecordingCallbacks::default().answering([Err(Refusal::TaskTimedOut)]);
    assert_eq!(handle(sample("one-task"), dead, MemoryStore::default()).await.kept, 0);
}

#[tokio::test(start_paused = true)]
async fn what_names_no_task_goes_to_the_terminal_queue() {
    let handled = handle(sample("no-task"), RecordingCallbacks::default(), MemoryStore::default()).await;
    assert_eq!((handled.kept, handled.answers.len(), handled.forwarded.len()), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_parked_task_is_left_to_its_decision_whoever_is_asked() {
    let webhook = Ask::Webhook(Webhook::read(json!({ "destination": "payment-provider" })).unwrap());
    for ask in [approval(), webhook] {
        let (table, id) = with_the_parked_task(ask).await;
        let before = table.get(id);
        let callbacks = RecordingCallbacks::default();
        let handled = handle(sample("parked-task"), callbacks.clone(), table.clone()).await;
        assert_eq!((handled.kept, handled.forwarded.len()), (0, 0));
        assert_eq!(callbacks.calls(), []);
        assert_eq!(table.get(id), before);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_open_callback_could_not_park_is_failed() {
    let handled = handle(sample("parked-task"), RecordingCallbacks::default(), MemoryStore::default()).await;
    let [Answer::Failure(failure)] = &handled.answers[..] else { panic!("{:?}", handled.answers) };
    assert_eq!(failure.error(), "Bridge.DeadLettered");
    assert!(failure.cause().contains(r#""stage":"callbacks""#), "{}", failure.cause());
}

/// Whoever cannot tell whether people are asked answers nothing, and in the end has an operator look at it.
#[tokio::test(start_paused = true)]
async fn while_the_table_is_away_nothing_is_answered_and_the_terminal_queue_gets_it_at_last() {
    for receives in 6..=10 {
        let mut event = sample("parked-task");
        event.records[0].attributes.insert("ApproximateReceiveCount".to_owned(), receives.to_string());
        let callbacks = RecordingCallbacks::default();
        let away = MemoryStore::default();
        away.fail_when(|_| true);
        let handled = handle(event, callbacks.clone(), away).await;
        assert_eq!(callbacks.calls(), [], "{receives} receives");
        let (kept, reasons) = (handled.kept, handled.forwarded.into_iter().map(|sent| sent.reason));
        let reasons: Vec<String> = reasons.collect();
        if receives < 10 {
            assert_eq!((kept, reasons), (1, vec![]), "{receives} receives");
        } else {
            assert_eq!((kept, reasons), (0, vec!["the table of callbacks: no reply in time".to_owned()]));
        }
    }
}

#[test]
fn every_sample_event_is_in_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/fail-dead-letters");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 4, "no-task, one-task, parked-task, undelivered-event");
}
