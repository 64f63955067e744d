//! The way to the terminal queue.

use callback_bridge_local::{CallFault, Fault, Sample};

use super::{QUICK, inject_call, logged};
use crate::bench::{come_again_at_once, holds, purge, run, send, stack};

const NO_TASK: &str = "the message names no task to answer";

/// Nobody but fail-dead-letters can bring it from a FIFO queue to the terminal queue.
async fn send_what_names_no_task(sample: &Sample) {
    send(sample, "DeadLetterFifoQueueUrl", "this is no JSON").await;
}

/// The copies in the terminal queue, by the id of the message that they are copies of.
async fn copies(sample: &Sample, most: u32) -> Vec<String> {
    holds(sample, "TerminalQueueUrl", [most, 0, 0]).await;
    let url = sample.bridge.output("TerminalQueueUrl").unwrap();
    let call = sample.bridge.sqs().receive_message().queue_url(url).message_attribute_names("All");
    let received = call.max_number_of_messages(10).send().await.unwrap().messages.unwrap();
    let id = |message: &aws_sdk_sqs::types::Message| {
        message.message_attributes().unwrap()["BridgeMessageId"].string_value().unwrap().to_owned()
    };
    let ids = received.iter().map(id).collect();
    purge(sample, "TerminalQueueUrl").await;
    ids
}

#[test]
fn what_the_terminal_queue_does_not_take_is_kept_until_it_does() {
    run(stack("terminal-refuses"), QUICK, async |sample| {
        inject_call(sample, "SendMessage", CallFault::refuse(403, "AccessDenied"));
        let reader = &sample.bridge.function("FailDeadLettersFunction").unwrap().name;
        sample.bridge.host().faults().inject(reader, Fault::ComeAgainAtOnce);
        send_what_names_no_task(sample).await;
        assert_eq!(copies(sample, 1).await.len(), 1);
        let lines = logged(sample, NO_TASK).await;
        let told: Vec<_> = lines.iter().map(|line| (&line["given_up.to"], &line["retry.wait_ms"])).collect();
        assert_eq!(told, [(&"this queue".into(), &90_000.into()), (&"terminal queue".into(), &().into())]);
    });
}

#[test]
fn a_copy_whose_reply_is_lost_is_there_twice_and_known_by_its_id() {
    run(stack("terminal-unheard"), QUICK, async |sample| {
        inject_call(sample, "SendMessage", CallFault::ResetBeforeReply);
        send_what_names_no_task(sample).await;
        let copies = copies(sample, 2).await;
        assert_eq!(copies[0], copies[1]);
    });
}

#[test]
fn killed_before_it_deletes_what_it_has_copied_a_function_copies_it_again() {
    run(stack("terminal-killed").held(), QUICK, async |sample| {
        come_again_at_once(sample, "DeadLetterFifoQueueUrl").await;
        inject_call(sample, "SendMessage", CallFault::KillBeforeReply);
        send_what_names_no_task(sample).await;
        sample.bridge.receive().await.unwrap();
        let copies = copies(sample, 2).await;
        assert_eq!(copies[0], copies[1]);
    });
}
