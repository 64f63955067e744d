//! What a queue does to messages: good ones beside bad ones, and the same one twice.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{EventKind, Fault, Sample, StackOptions};
use serde_json::{Value, json};

use crate::bench::{PATIENCE, TOKEN, come_again_at_once, holds, input, prints, purge, run, stack};

#[test]
fn a_message_that_is_delivered_twice_is_answered_once() {
    run(stack("twice"), Duration::ZERO, async |sample| {
        let function = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        sample.bridge.host().faults().inject(function, Fault::DeliverTwice);
        let mut events = sample.bridge.host().events().tail();
        let execution = sample.start_execution(&input("good")).await.unwrap();
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!(ended.status, ExecutionStatus::Succeeded);
        let deleted = |event: &callback_bridge_local::Event| {
            *event.function == **function && matches!(event.what, EventKind::Deleted { .. })
        };
        events.find(PATIENCE, deleted).await.unwrap();
        prints(sample, "\"the task was answered\"", 1).await;
        prints(sample, "nobody waits for this answer any more", 1).await;
    });
}

#[test]
fn a_malformed_record_beside_nine_good_ones_touches_none_of_them() {
    run(stack("malformed").held(), Duration::ZERO, async |sample| {
        let queue = sample.bridge.output("CreditCheckQueueUrl").unwrap();
        let mut executions = Vec::new();
        for _ in 0..9 {
            executions.push(sample.start_execution(&input("good")).await.unwrap());
        }
        let bad =
            sample.bridge.sqs().send_message().queue_url(queue).message_body("this is no JSON").send().await.unwrap();
        let bad = bad.message_id.unwrap();
        holds(sample, "CreditCheckQueueUrl", [10, 0, 0]).await;

        let mut events = sample.bridge.host().events().tail();
        sample.bridge.receive().await.unwrap();
        let of_ten = |event: &callback_bridge_local::Event| matches!(&event.what, EventKind::Delivered { message_ids, .. } if message_ids.len() == 10);
        events.find(PATIENCE, of_ten).await.expect("all ten are one batch");
        let kept = |event: &callback_bridge_local::Event| matches!(&event.what, EventKind::Returned { message_ids, .. } if *message_ids == [bad.clone()]);
        events.find(PATIENCE, kept).await.expect("the bad one alone is kept");
        for execution in &executions {
            assert_eq!(sample.end_of(execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        }
        // It comes again until its queue has given it up, and once more in the next, each time with a line that says why.
        holds(sample, "TerminalQueueUrl", [1, 0, 0]).await;
        prints(sample, "the message body is not JSON (line 1, column 2)", 6).await;
        prints(sample, "\"the task was answered\"", 9).await;
        purge(sample, "TerminalQueueUrl").await;
    });
}

/// Lambda kills the function at each delivery, so nobody but the dead-letter queue can tell the execution.
#[test]
fn a_message_that_kills_its_worker_fails_its_task_by_the_dead_letter_queue() {
    run(stack("poison").held(), Duration::ZERO, async |sample| {
        let worker = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        (0..5).for_each(|_| sample.bridge.host().faults().inject(worker, Fault::KillBeforeWork));
        let queue = sample.bridge.output("CreditCheckQueueUrl").unwrap();
        come_again_at_once(sample, "CreditCheckQueueUrl").await;
        let execution = sample.start_execution(&input("good")).await.unwrap();
        sample.bridge.receive().await.unwrap();
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("Bridge.DeadLettered")));
        let cause: Value = serde_json::from_str(&ended.cause.unwrap()).unwrap();
        assert_eq!(cause["receives"], 5);
        assert!(queue.ends_with(cause["stage"].as_str().unwrap()), "{cause}");
        assert!(sample.bureau.inquiries().items().is_empty());
    });
}

/// At TRACE, the libraries below would print whole events and requests, if they were let.
#[test]
fn no_token_is_printed_even_at_trace() {
    let trace = StackOptions { log_level: Some("TRACE".to_owned()), ..stack("trace") };
    run(trace, Duration::ZERO, async |sample| {
        let execution = sample.start_execution(&input("flaky")).await.unwrap();
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

/// The reply to a garbage token repeats it.
#[test]
fn a_garbage_token_ends_in_the_terminal_queue_and_in_no_log() {
    run(stack("garbage"), Duration::ZERO, async |sample| {
        let queue = sample.bridge.output("CreditCheckQueueUrl").unwrap();
        let body = json!({ "taskToken": format!("{TOKEN}garbage"), "input": input("good") });
        sample.bridge.sqs().send_message().queue_url(queue).message_body(body.to_string()).send().await.unwrap();
        holds(sample, "TerminalQueueUrl", [1, 0, 0]).await;
        prints(sample, "Step Functions does not know this task token", 6).await;
        let paid_for = sample.bureau.inquiries().items().iter().filter(|inquiry| inquiry.status.is_some()).count();
        assert_eq!(paid_for, 1, "later deliveries ask Step Functions before the bureau");
        purge(sample, "TerminalQueueUrl").await;
    });
}

/// What is redriven by hand after its task has ended costs one call and leaves one line.
#[test]
fn a_dead_token_in_the_dead_letter_queue_is_acknowledged() {
    run(stack("redriven").held(), Duration::ZERO, async |sample| {
        let execution = sample.start_execution(&input("good")).await.unwrap();
        holds(sample, "CreditCheckQueueUrl", [1, 0, 0]).await;
        let body = first_body(sample, sample.bridge.output("CreditCheckQueueUrl").unwrap()).await;
        sample.bridge.receive().await.unwrap();
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);

        let mut events = sample.bridge.host().events().tail();
        let dead_letters = sample.bridge.output("DeadLetterQueueUrl").unwrap();
        sample.bridge.sqs().send_message().queue_url(dead_letters).message_body(body).send().await.unwrap();
        let name = &sample.bridge.function("FailDeadLettersFunction").unwrap().name;
        let deleted = |event: &callback_bridge_local::Event| {
            *event.function == **name && matches!(event.what, EventKind::Deleted { .. })
        };
        events.find(PATIENCE, deleted).await.unwrap();
        prints(sample, "nobody waits for this answer any more", 1).await;
    });
}

/// The body of the message that a queue would deliver next; it stays there.
async fn first_body(sample: &Sample, queue_url: &str) -> String {
    let call = sample.bridge.sqs().receive_message().queue_url(queue_url).visibility_timeout(0);
    call.send().await.unwrap().messages.unwrap().remove(0).body.unwrap()
}

/// The search for tokens in what was printed finds something only if tokens look like that.
#[test]
fn what_output_is_searched_for_is_in_every_token() {
    run(stack("marker").held(), Duration::ZERO, async |sample| {
        let execution = sample.start_execution(&input("good")).await.unwrap();
        holds(sample, "CreditCheckQueueUrl", [1, 0, 0]).await;
        let queue = sample.bridge.output("CreditCheckQueueUrl").unwrap();
        assert!(first_body(sample, queue).await.contains(TOKEN));
        sample.bridge.receive().await.unwrap();
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}
