//! The sample state machine, with applicants of every kind.

use std::time::Duration;

use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType};
use callback_bridge_local::{Ended, Sample};
use serde_json::{Value, json};

use crate::bench::{PATIENCE, count_lines, input, prints, purge, run, stack};

const QUICK: Duration = Duration::ZERO;

async fn ended(sample: &Sample, input: &Value) -> Ended {
    let execution = sample.start_execution(input).await.unwrap();
    sample.end_of(&execution, PATIENCE).await.unwrap()
}

/// An execution that ends with this error; returns its cause, which is JSON.
async fn failure(sample: &Sample, application: &str, error: &str) -> Value {
    let ended = ended(sample, &input(application)).await;
    assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some(error)));
    serde_json::from_str(&ended.cause.unwrap()).unwrap()
}

#[test]
fn a_good_applicant_is_approved() {
    run(stack("good"), QUICK, async |sample| {
        let ended = ended(sample, &input("good")).await;
        assert_eq!(ended.status, ExecutionStatus::Succeeded);
        let output = ended.output.unwrap();
        let report = json!({ "applicationId": "loan-42", "score": 742, "reference": "cb-742" });
        assert_eq!((&output["decision"], &output["creditReport"]), (&json!("approved"), &report));
        prints(sample, "\"the task was answered\"", 1).await;
        let inquiries = sample.bureau.inquiries().items();
        assert!(inquiries[0].idempotency_key.contains("Check%20credit"), "{inquiries:?}");
    });
}

#[test]
fn one_that_the_bureau_declines_ends_in_the_catch_with_error_and_cause() {
    run(stack("declined"), QUICK, async |sample| {
        let execution = sample.start_execution(&input("declined")).await.unwrap();
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("Credit.Declined")));
        let cause: Value = serde_json::from_str(&ended.cause.unwrap()).unwrap();
        assert_eq!((&cause["message"], &cause["score"]), (&json!("the score is below 580"), &json!(512)));
        let history = sample.history_of(&execution).await.unwrap();
        let caught =
            history.iter().filter_map(|event| event.state_entered_event_details()).any(|state| state.name == "Decline");
        assert!(caught);
    });
}

#[test]
fn a_bureau_in_trouble_is_asked_again() {
    run(stack("flaky"), QUICK, async |sample| {
        assert_eq!(ended(sample, &input("flaky")).await.status, ExecutionStatus::Succeeded);
        let statuses: Vec<_> = sample.bureau.inquiries().items().iter().filter_map(|inquiry| inquiry.status).collect();
        assert_eq!(statuses, [503, 503, 200]);
    });
}

#[test]
fn what_is_no_report_fails_the_task_and_says_so() {
    run(stack("malformed-report"), QUICK, async |sample| {
        let cause = failure(sample, "malformed-report", "CreditBureau.Malformed").await;
        assert!(cause["message"].as_str().unwrap().contains("something else than a credit report"));
    });
}

#[test]
fn what_is_no_application_fails_the_task_and_names_the_field() {
    run(stack("not-an-application"), QUICK, async |sample| {
        let cause = failure(sample, "not-an-application", "Bridge.InvalidInput").await;
        assert_eq!(cause["field"], "input.amount");
        assert!(sample.bureau.inquiries().items().is_empty());
    });
}

/// The bureau takes one and a half times the heartbeat, so without heartbeats the task would be lost.
#[test]
fn heartbeats_keep_the_task_of_a_slow_bureau_alive() {
    let stack = stack("slow").parameter("CreditCheckHeartbeatSeconds", "6").parameter("BureauTimeoutSeconds", "20");
    run(stack, Duration::from_secs(9), async |sample| {
        let ended = ended(sample, &input("slow")).await;
        assert_eq!((ended.status, ended.error), (ExecutionStatus::Succeeded, None));
        assert!(count_lines(sample, "\"heartbeat sent\"") >= 2);
    });
}

#[test]
fn a_dead_bureau_ends_in_the_catch_of_the_timeout() {
    let stack = stack("dead")
        .parameter("CreditCheckHeartbeatSeconds", "2")
        .parameter("CreditCheckTimeoutSeconds", "3")
        .parameter("PollActivityHeartbeatSeconds", "1")
        .parameter("BureauTimeoutSeconds", "20");
    run(stack, QUICK, async |sample| {
        let mut dead = input("good");
        dead["applicant"] = json!("Silent Ltd");
        let execution = sample.start_execution(&dead).await.unwrap();
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("CreditCheck.TimedOut")));
        let history = sample.history_of(&execution).await.unwrap();
        assert!(history.iter().any(|event| event.r#type == HistoryEventType::TaskTimedOut));
    });
}

#[test]
fn a_worker_that_dies_ends_in_the_catch_of_the_lost_heartbeat() {
    let stack = stack("killed")
        .parameter("CreditCheckHeartbeatSeconds", "2")
        .parameter("CreditCheckTimeoutSeconds", "80")
        .parameter("PollActivityHeartbeatSeconds", "2");
    run(stack, Duration::from_mins(1), async |sample| {
        let mut inquiries = sample.bureau.tail();
        let execution = sample.start_execution(&input("slow")).await.unwrap();
        inquiries.find(PATIENCE, |inquiry| inquiry.status.is_none()).await.unwrap();
        let function = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        assert_eq!(sample.bridge.host().kill_running(function), 1);
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("CreditCheck.TimedOut")));
        purge(sample, "CreditCheckQueueUrl").await; // else it comes again in three minutes
    });
}
