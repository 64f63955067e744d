//! A message that the function is invoked with.

use std::num::NonZeroU32;

use super::*;
use crate::{Refusal, TaskToken, Unanswered, test_util::CallKind};

/// With a queue for what cannot be answered, and a limit on deliveries that the first one reaches.
fn bench(callbacks: RecordingCallbacks) -> Bench {
    let settings = RuntimeSettings {
        max_receives: NonZeroU32::MIN,
        terminal_queue_url: Some("https://sqs.us-east-1.amazonaws.com/123456789012/terminal".to_owned()),
        ..RuntimeSettings::default()
    };
    Bench::with_settings(callbacks, RecordingQueue::default(), settings)
}

impl Bench {
    /// Whoever invokes is the only one who is told: no queue is asked for anything.
    async fn invoke(&self, payload: &Value) -> Result<(), Unanswered> {
        let done = self.runtime.handle_one(payload, invocation(Duration::from_mins(1))).await;
        assert!(self.queue.redeliveries().is_empty() && self.queue.forwarded().is_empty());
        done
    }
}

fn payload(input: &Value) -> Value {
    json!({ "taskToken": "token-1", "input": input, "businessKey": "1" })
}

fn retry_later(reason: &str) -> Result<(), Unanswered> {
    Err(Unanswered::RetryLater(reason.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn the_task_is_answered_as_by_a_queue() {
    let succeeding = bench(RecordingCallbacks::default());
    assert_eq!(succeeding.invoke(&payload(&json!({ "do": "succeed" }))).await, Ok(()));
    match succeeding.callbacks.answers().as_slice() {
        [Answer::Success(output)] => assert_eq!(output.as_json(), r#"{"done":"1"}"#),
        other => panic!("{other:?}"),
    }
    for (input, error) in [(json!({ "do": "fail" }), "Test.Failed"), (json!("nothing"), "Bridge.InvalidInput")] {
        let failing = bench(RecordingCallbacks::default());
        assert_eq!(failing.invoke(&payload(&input)).await, Ok(()));
        assert_eq!(failing.failure().0, error);
    }
}

#[tokio::test(start_paused = true)]
async fn work_to_be_tried_again_fails_the_invocation_and_not_the_task() {
    for (order, reason) in [("retry", "the line is busy"), ("panic", "the worker panicked: as ordered")] {
        let bench = bench(RecordingCallbacks::default());
        let unanswered = bench.invoke(&payload(&json!({ "do": order }))).await;
        assert_eq!(unanswered, retry_later(reason), "the state counts, not a queue");
        assert_eq!(unanswered.unwrap_err().name(), "Bridge.RetryLater");
        assert!(bench.callbacks.calls().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn work_without_an_end_fails_it_in_time() {
    let bench = bench(RecordingCallbacks::default());
    let began = Instant::now();
    let unanswered = bench.invoke(&payload(&json!({ "do": "work", "seconds": 600 }))).await;
    assert_eq!(unanswered, retry_later("the work was not done before the function's time ran out"));
    assert!(began.elapsed() < Duration::from_mins(1));
}

/// Replies of Step Functions, and how often each comes: what whoever invoked is told is the last of them.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_taken_fails_it() {
    let denied = || Refusal::Denied { code: "AccessDeniedException".into() };
    let throttled = || Refusal::Throttled { code: "ThrottlingException".into() };
    let refused = || Refusal::InvalidAnswer { code: "InvalidOutput".into() };
    for (refusal, times) in [(denied(), 1), (throttled(), 10_000), (refused(), 2)] {
        let replies: Vec<_> = std::iter::repeat_n(Err(refusal.clone()), times).collect();
        let bench = bench(RecordingCallbacks::default().answering(replies));
        let unanswered = bench.invoke(&payload(&json!({ "do": "succeed" }))).await;
        assert_eq!(unanswered, retry_later(&refusal.to_string()));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_waits_for_any_more_does_not() {
    let bench = bench(RecordingCallbacks::default().answering([Err(Refusal::TaskTimedOut)]));
    assert_eq!(bench.invoke(&payload(&json!({ "do": "succeed" }))).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_names_no_task_is_refused_to_whoever_invoked() {
    let two_tokens = json!({ "taskToken": "one", "TaskToken": "another" });
    for (payload, reason) in [(json!({}), "no task token"), (json!("hello"), "no task token"), (two_tokens, "two")] {
        let bench = bench(RecordingCallbacks::default());
        let unanswered = bench.invoke(&payload).await.unwrap_err();
        assert_eq!(unanswered.name(), "Bridge.InvalidMessage");
        assert!(unanswered.to_string().contains(reason), "{unanswered}");
        assert!(bench.callbacks.calls().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn so_is_a_token_that_step_functions_does_not_know() {
    let bench = bench(RecordingCallbacks::default().answering([Err(Refusal::InvalidToken)]));
    let unanswered = bench.invoke(&payload(&json!({ "do": "succeed" }))).await;
    assert_eq!(unanswered, Err(Unanswered::Invalid(Refusal::InvalidToken.to_string())));
}

/// The time counts from the invocation, so that the first heartbeat comes during the work, and none before it.
#[tokio::test(start_paused = true)]
async fn heartbeats_are_sent_where_the_message_wants_them() {
    let bench = bench(RecordingCallbacks::default());
    let began = Instant::now();
    let mut payload = payload(&json!({ "do": "work", "seconds": 25 }));
    payload["heartbeatSeconds"] = json!(30);
    assert_eq!(bench.invoke(&payload).await, Ok(()));
    let beats = bench.callbacks.calls().into_iter().filter(|call| call.kind == CallKind::Heartbeat);
    assert_eq!(beats.map(|call| (call.at - began).as_secs()).collect::<Vec<_>>(), [10, 20]);
}

#[tokio::test(start_paused = true)]
async fn an_event_of_a_rule_that_invokes_is_opened() {
    let bench = bench(RecordingCallbacks::default());
    let event = json!({ "detail-type": "Work", "source": "tests", "detail": payload(&json!({ "do": "succeed" })) });
    assert_eq!(bench.invoke(&event).await, Ok(()));
    assert_eq!(bench.callbacks.calls()[0].token, TaskToken::new("token-1").unwrap());
}
