//! What happens to a function: it dies at every point, or stands still.

use callback_bridge_local::{CallFault, EventKind, Fault};

use super::{
    ANSWERED, DROPPED, INQUIRY, QUICK, accepted, deliveries, inject, inject_call, inquiries, logged, logged_once,
    start, succeeds, worker,
};
use crate::bench::{PATIENCE, count_lines, holds, run, stack};

#[test]
fn killed_before_its_work_a_function_gets_the_message_again() {
    run(stack("kill-before-work"), QUICK, async |sample| {
        inject(sample, Fault::KillBeforeWork);
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
    });
}

#[test]
fn killed_over_its_work_a_function_does_it_again() {
    run(stack("kill-during-work"), QUICK, async |sample| {
        let working = sample.bureau_proxy.faults().inject_lasting(INQUIRY, CallFault::HoldReply);
        inject(sample, Fault::ComeAgainAtOnce);
        let mut inquired = sample.bureau.tail();
        let execution = start(sample).await;
        inquired.find(PATIENCE, |inquiry| inquiry.status.is_some()).await.unwrap();
        assert_eq!(sample.bridge.host().kill_running(worker(sample)), 1);
        working.take_back();
        succeeds(sample, &execution).await;
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (2, 1), 1));
    });
}

#[test]
fn killed_before_its_answer_a_function_does_its_work_again() {
    run(stack("kill-before-answer"), QUICK, async |sample| {
        inject_call(sample, "SendTaskSuccess", CallFault::KillBeforeCall);
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        logged_once(sample, ANSWERED).await;
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (2, 1), 1));
    });
}

#[test]
fn killed_before_it_hears_that_its_answer_was_taken_a_function_does_not_work_again() {
    run(stack("kill-after-answer"), QUICK, async |sample| {
        inject_call(sample, "SendTaskSuccess", CallFault::KillBeforeReply);
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        logged_once(sample, DROPPED).await;
        assert_eq!(count_lines(sample, ANSWERED), 0);
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
    });
}

#[test]
fn killed_before_its_response_a_function_does_not_work_again() {
    run(stack("kill-after-work"), QUICK, async |sample| {
        inject(sample, Fault::KillAfterWork);
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        logged_once(sample, ANSWERED).await;
        logged_once(sample, DROPPED).await;
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
    });
}

#[test]
fn killed_over_a_batch_a_function_answers_each_of_its_tasks_once() {
    run(stack("kill-batch").held(), QUICK, async |sample| {
        let mut executions = Vec::new();
        for _ in 0..3 {
            executions.push(start(sample).await);
        }
        holds(sample, "CreditCheckQueueUrl", [3, 0, 0]).await;
        inject_call(sample, "SendTaskSuccess", CallFault::KillBeforeReply);
        inject(sample, Fault::ComeAgainAtOnce);
        sample.bridge.receive().await.unwrap();
        for execution in &executions {
            succeeds(sample, execution).await;
        }
        assert_eq!((inquiries(sample).1, accepted(sample)), (3, 3));
        assert!(!logged(sample, DROPPED).await.is_empty(), "that of the answer that was taken");
    });
}

#[test]
fn a_function_that_stands_still_is_ended_and_gets_the_message_again() {
    let stack = stack("stand-still").parameter("CheckCreditTimeoutSeconds", "5");
    run(stack, QUICK, async |sample| {
        inject(sample, Fault::StandStill);
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let worker = worker(sample);
        let timed_out = |what: &EventKind| matches!(what, EventKind::TimedOut { .. });
        assert!(sample.bridge.host().events().any(|event| *event.function == *worker && timed_out(&event.what)));
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
    });
}
