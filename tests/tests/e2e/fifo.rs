//! FIFO queues: what fails holds up its own group alone, and in the end nobody.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, Fault, Sample};
use serde_json::Value;

use crate::bench::{PATIENCE, come_again_at_once, holds, prints, purge, run, sample_input, send, stack};

const MACHINE: &str = "CreditCheckFifoStateMachineArn";
const QUEUE: &str = "CreditCheckFifoQueueUrl";

async fn start(sample: &Sample, input: &Value) -> String {
    sample.start(MACHINE, input).await.unwrap()
}

/// The bureau refuses the first delivery of the first check, which has to come again.
#[test]
fn checks_of_one_applicant_are_answered_in_their_order() {
    run(stack("fifo-order").held(), Duration::ZERO, async |sample| {
        let worker = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        let refused = CallFault::refuse(503, "ServiceUnavailable");
        (0..3).for_each(|_| sample.bureau_proxy.faults().inject("/v1/credit-checks", refused.clone()));
        sample.bridge.host().faults().inject(worker, Fault::ComeAgainAtOnce);
        let mut executions = Vec::new();
        for number in 1..=3 {
            let mut input = sample_input("credit-check-fifo/good");
            input["applicationId"] = format!("loan-{number}").into();
            executions.push(start(sample, &input).await);
            holds(sample, QUEUE, [number, 0, 0]).await;
        }
        sample.bridge.receive().await.unwrap();
        for execution in &executions {
            assert_eq!(sample.end_of(execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        }
        prints(sample, "\"the task will be tried again\"", 1).await;
        let inquiries = sample.bureau.inquiries().items();
        let answered = inquiries.iter().filter(|inquiry| inquiry.status.is_some());
        let order: Vec<_> = answered
            .map(|inquiry| executions.iter().position(|execution| inquiry.idempotency_key.contains(&**execution)))
            .collect();
        assert_eq!(order, [Some(0), Some(1), Some(2)]);
    });
}

/// The head of a group kills its worker each time; the dead-letter queue fails its task, and the one behind it goes on.
#[test]
fn a_poison_message_of_a_fifo_queue_is_dead_lettered_and_its_group_goes_on() {
    run(stack("fifo-poison").held(), Duration::ZERO, async |sample| {
        let worker = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        (0..5).for_each(|_| sample.bridge.host().faults().inject(worker, Fault::KillBeforeWork));
        come_again_at_once(sample, QUEUE).await;
        let poison = start(sample, &sample_input("credit-check-fifo/good")).await;
        holds(sample, QUEUE, [1, 0, 0]).await;
        let behind = start(sample, &sample_input("credit-check-fifo/good")).await;
        holds(sample, QUEUE, [2, 0, 0]).await;
        sample.bridge.receive().await.unwrap();

        let ended = sample.end_of(&poison, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("Bridge.DeadLettered")));
        let cause: Value = serde_json::from_str(&ended.cause.unwrap()).unwrap();
        assert_eq!(cause["receives"], 5);
        assert!(sample.bridge.output(QUEUE).unwrap().ends_with(cause["stage"].as_str().unwrap()), "{cause}");
        assert_eq!(sample.end_of(&behind, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

/// From a FIFO queue no redrive policy leads to the terminal queue.
#[test]
fn what_names_no_task_gets_from_a_fifo_queue_to_the_terminal_queue() {
    run(stack("fifo-garbage"), Duration::ZERO, async |sample| {
        let queue = sample.bridge.output("DeadLetterFifoQueueUrl").unwrap();
        send(sample, "DeadLetterFifoQueueUrl", "this is no JSON").await;
        holds(sample, "TerminalQueueUrl", [1, 0, 0]).await;
        let terminal = sample.bridge.output("TerminalQueueUrl").unwrap();
        let received = sample.bridge.sqs().receive_message().queue_url(terminal).message_attribute_names("All");
        let received = received.send().await.unwrap().messages.unwrap();
        assert_eq!(received[0].body(), Some("this is no JSON"));
        let attributes = received[0].message_attributes().unwrap();
        let text = |name: &str| attributes[name].string_value().unwrap();
        assert!(text("BridgeReason").contains("not JSON"), "{attributes:?}");
        let name = queue.rsplit('/').next().unwrap();
        assert!(text("BridgeQueue").ends_with(name), "{attributes:?}");
        purge(sample, "TerminalQueueUrl").await;
    });
}
