//! What Step Functions is told, and what its replies do to the message.

use super::*;
use crate::{
    Refusal,
    test_util::{Call, CallKind, sqs_text_message},
};

#[tokio::test(start_paused = true)]
async fn an_output_is_a_success_and_the_message_is_done() {
    let bench = Bench::new(RecordingCallbacks::default());
    assert!(bench.kept([task("1", json!({ "do": "succeed" }))]).await.is_empty());
    match bench.callbacks.answers().as_slice() {
        [Answer::Success(output)] => assert_eq!(output.as_json(), r#"{"done":"1"}"#),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.callbacks.calls()[0].token.expose(), "token-1");
}

#[tokio::test(start_paused = true)]
async fn a_final_failure_is_told_with_its_name_and_cause() {
    let bench = Bench::new(RecordingCallbacks::default());
    assert!(bench.kept([task("1", json!({ "do": "fail" }))]).await.is_empty());
    let (error, cause) = bench.failure();
    assert_eq!((error.as_str(), &cause["message"]), ("Test.Failed", &json!("as ordered")));
    assert_eq!(cause["attempt"], json!(crate::TaskToken::new("token-1").unwrap().attempt_id()));
}

#[tokio::test(start_paused = true)]
async fn an_input_of_the_wrong_shape_fails_the_task_and_names_the_field() {
    let bench = Bench::new(RecordingCallbacks::default());
    assert!(bench.kept([task("1", json!({ "do": "work", "seconds": "many" }))]).await.is_empty());
    let (error, cause) = bench.failure();
    assert_eq!((error.as_str(), &cause["field"]), ("Bridge.InvalidInput", &json!("input.seconds")));
}

#[tokio::test(start_paused = true)]
async fn a_message_of_the_wrong_shape_fails_the_task_and_names_the_field() {
    let bench = Bench::new(RecordingCallbacks::default());
    let message = sqs_message("1", &json!({ "taskToken": "t", "heartbeatSeconds": "soon" }));
    assert!(bench.kept([message]).await.is_empty());
    let (error, cause) = bench.failure();
    assert_eq!((error.as_str(), &cause["field"]), ("Bridge.InvalidMessage", &json!("heartbeatSeconds")));
}

#[tokio::test(start_paused = true)]
async fn every_call_names_the_execution_that_waits_also_of_a_message_of_the_wrong_shape() {
    for (wrong, calls) in [(json!({}), 3), (json!({ "businessKey": "" }), 1)] {
        let bench = Bench::new(RecordingCallbacks::default());
        let mut body = json!({
            "taskToken": "t", "input": { "do": "work", "seconds": 5 }, "heartbeatSeconds": 6,
            "context": { "execution": EXECUTION },
        });
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        assert!(bench.kept([sqs_message("1", &body)]).await.is_empty());
        let made = bench.callbacks.calls();
        assert!(matches!(made.last(), Some(Call { kind: CallKind::Answer(_), .. })), "{made:?}");
        let named = made.iter().filter(|call| call.execution.as_deref() == Some(EXECUTION)).count();
        assert_eq!((made.len(), named), (calls, calls));
    }
}

const EXECUTION: &str = "arn:aws:states:us-east-1:210987654321:execution:loans:42";

#[tokio::test(start_paused = true)]
async fn an_output_too_large_fails_the_task() {
    let bench = Bench::new(RecordingCallbacks::default());
    assert!(bench.kept([task("1", json!({ "do": "be too much" }))]).await.is_empty());
    assert_eq!(bench.failure().0, "Bridge.OutputTooLarge");
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_token_goes_to_the_dead_letter_queue_as_fast_as_it_can() {
    let bench = Bench::new(RecordingCallbacks::default());
    assert_eq!(bench.kept([sqs_text_message("1", "no JSON at all")]).await, ["1"]);
    assert!(bench.callbacks.calls().is_empty());
    assert_eq!(bench.queue.redeliveries()[0].1, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn errors_and_panics_are_tried_again_later() {
    for order in ["retry", "panic"] {
        let bench = Bench::new(RecordingCallbacks::default());
        assert_eq!(bench.kept([task("1", json!({ "do": order }))]).await, ["1"], "{order}");
        assert!(bench.callbacks.calls().is_empty());
        let [(message, wait)] = &bench.queue.redeliveries()[..] else { panic!("one message is to come again") };
        assert_eq!(message.receipt_handle, "receipt-1");
        assert!((8..=15).contains(&wait.as_millis().div_ceil(1000)), "{wait:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_fails_keeps_the_message_all_the_same() {
    let bench = Bench::with_queue(RecordingCallbacks::default(), RecordingQueue::failing());
    assert_eq!(bench.kept([task("1", json!({ "do": "retry" }))]).await, ["1"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_delivery_is_answered_with_the_real_error() {
    for (order, reason) in [("retry", "the line is busy"), ("panic", "the worker panicked: as ordered")] {
        let bench = Bench::new(RecordingCallbacks::default());
        assert_eq!(bench.kept([received(task("1", json!({ "do": order })), 4)]).await, ["1"]);
        assert!(bench.kept([received(task("1", json!({ "do": order })), 5)]).await.is_empty());
        let (error, cause) = bench.failure();
        assert_eq!((error.as_str(), &cause["message"]), ("Bridge.RetriesExhausted", &json!(reason)));
        assert_eq!(cause["receives"], 5);
    }
}

/// The replies to one answer after another, how often Step Functions is asked, and whether the message is kept.
#[tokio::test(start_paused = true)]
async fn every_reply_decides_about_the_message() {
    let throttled = || Err(Refusal::Throttled { code: "ThrottlingException".into() });
    let unheard = || Err(Refusal::Unheard { reason: "timeout".into() });
    let denied = || Err(Refusal::Denied { code: "AccessDeniedException".into() });
    let cases = [
        ("late or repeated", vec![Err(Refusal::TaskTimedOut)], 1, false),
        ("unknown task", vec![Err(Refusal::TaskDoesNotExist)], 1, false),
        ("garbage token", vec![Err(Refusal::InvalidToken)], 1, true),
        ("throttled, then taken", vec![throttled(), throttled(), Ok(())], 3, false),
        ("unheard, then closed", vec![unheard(), Err(Refusal::TaskTimedOut)], 2, false),
        ("no grant", vec![denied()], 1, true),
        ("unknown code", vec![Err(Refusal::Unrecognised { code: "Odd".into() }), Ok(())], 2, false),
    ];
    for (case, replies, asked, kept) in cases {
        let bench = Bench::new(RecordingCallbacks::default().answering(replies));
        assert_eq!(!bench.kept([task("1", json!({ "do": "succeed" }))]).await.is_empty(), kept, "{case}");
        assert_eq!(bench.callbacks.answers().len(), asked, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_grant_is_waited_for_as_long_as_can_be() {
    let denied = Err(Refusal::Denied { code: "AccessDeniedException".into() });
    let bench = Bench::new(RecordingCallbacks::default().answering([denied]));
    assert_eq!(bench.kept([task("1", json!({ "do": "succeed" }))]).await, ["1"]);
    assert_eq!(bench.queue.redeliveries()[0].1, Duration::from_secs(90));
}

#[tokio::test(start_paused = true)]
async fn an_output_that_is_refused_becomes_a_failure_that_says_so() {
    let refused = Err(Refusal::InvalidAnswer { code: "InvalidOutput".into() });
    let bench = Bench::new(RecordingCallbacks::default().answering([refused]));
    assert!(bench.kept([task("1", json!({ "do": "succeed" }))]).await.is_empty());
    match bench.callbacks.answers().as_slice() {
        [Answer::Success(_), Answer::Failure(failure)] => assert_eq!(failure.error(), "Bridge.InvalidOutput"),
        other => panic!("{other:?}"),
    }
}
