//! The guide's example of heartbeats, with a worker that beats and one that falls silent.

use std::time::Duration;

use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType};
use callback_bridge_local::StackOptions;

use crate::bench::{PATIENCE, count_lines, purge, run, sample_input, stack};

/// Its ten minutes, cut short; its message does not say so, so the worker knows from its configuration.
fn hasty(name: &str, heartbeat_seconds: &str) -> StackOptions {
    stack(name)
        .parameter("PushHeartbeatSeconds", heartbeat_seconds)
        .parameter("PushTimeoutSeconds", "80")
        .parameter("BureauTimeoutSeconds", "20")
}

#[test]
fn a_worker_that_beats_keeps_the_task_of_the_guides_example() {
    run(hasty("push-beating", "6"), Duration::from_secs(9), async |sample| {
        let input = sample_input("push-to-sqs/slow");
        let execution = sample.start("PushToSqsStateMachineArn", &input).await.unwrap();
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error), (ExecutionStatus::Succeeded, None));
        let output = ended.output.unwrap();
        assert_eq!(output["SQS"]["score"], 704, "{output}");
        assert_eq!(output["applicant"], input["applicant"], "the result stands beside the input");
        assert!(count_lines(sample, "\"heartbeat sent\"") >= 2);
    });
}

#[test]
fn a_worker_that_falls_silent_loses_the_task_to_its_catch() {
    run(hasty("push-silent", "2"), Duration::from_mins(1), async |sample| {
        let mut inquiries = sample.bureau.tail();
        let execution = sample.start("PushToSqsStateMachineArn", &sample_input("push-to-sqs/slow")).await.unwrap();
        inquiries.find(PATIENCE, |inquiry| inquiry.status.is_none()).await.unwrap();
        let worker = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        assert_eq!(sample.bridge.host().kill_running(worker), 1);
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("Push.FellSilent")));
        let history = sample.history_of(&execution).await.unwrap();
        let timed_out = history.iter().find(|event| event.r#type == HistoryEventType::TaskTimedOut).unwrap();
        let details = timed_out.task_timed_out_event_details().unwrap();
        assert_eq!(details.error(), Some("States.Timeout"), "a lost heartbeat has this name in the history");
        purge(sample, "CreditCheckQueueUrl").await; // else it comes again in three minutes
    });
}
