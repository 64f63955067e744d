//! The sample events, and what becomes of them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{fs, path::Path, time::Duration};

use aws_lambda_events::event::sqs::SqsEvent;
use callback_bridge::{
    Answer, Refusal, RuntimeSettings, WorkerRuntime,
    test_util::{RecordingCallbacks, RecordingQueue, invocation},
};
use fail_dead_letters::FailDeadLetters;
use serde_json::{Value, json};

/// The messages that are kept, and what Step Functions was told.
async fn handle(event: &str, callbacks: RecordingCallbacks) -> (Vec<String>, Vec<Answer>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/fail-dead-letters/{event}.json"));
    let event: SqsEvent = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let queue = RecordingQueue::default();
    let runtime =
        WorkerRuntime::new(FailDeadLetters::new(parked()), callbacks.clone(), queue, RuntimeSettings::default());
    let response = runtime.handle(event, invocation(Duration::from_secs(30))).await.unwrap();
    (response.batch_item_failures.into_iter().map(|kept| kept.item_identifier).collect(), callbacks.answers())
}

#[tokio::test(start_paused = true)]
async fn a_task_is_failed_with_where_its_message_was_given_up() {
    let (kept, answers) = handle("one-task", RecordingCallbacks::default()).await;
    assert!(kept.is_empty());
    let [Answer::Failure(failure)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(failure.error(), "Bridge.DeadLettered");
    let cause: Value = serde_json::from_str(&failure.cause()).unwrap();
    assert_eq!((&cause["stage"], &cause["receives"]), (&json!("credit-check"), &json!(5)));
    assert_eq!(cause["messageId"], "059f36b4-87a3-44ab-83d2-661975975781");
    assert!(cause["message"].as_str().unwrap().starts_with("no worker answered"));
}

#[tokio::test(start_paused = true)]
async fn a_redriven_message_of_a_dead_task_is_acknowledged() {
    let dead = RecordingCallbacks::default().answering([Err(Refusal::TaskTimedOut)]);
    assert!(handle("one-task", dead).await.0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_names_no_task_is_kept_for_the_terminal_queue() {
    let (kept, answers) = handle("no-task", RecordingCallbacks::default()).await;
    assert_eq!((kept.len(), answers.len()), (1, 0));
}
