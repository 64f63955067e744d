//! Calls that the functions may not make.

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, EventKind, Fault};

use super::{
    ANSWERED, INQUIRY, QUICK, accepted, deliveries, fails, inject, inject_call, inject_lasting_call, inquiries, logged,
    logged_once, start, succeeds, worker,
};
use crate::bench::{holds, purge, replies, run, stack};

const DENIED: CallFault = CallFault::refuse(400, "com.amazon.coral.service#AccessDeniedException");
const KEPT: &str = "the function may not answer the task";

/// With heartbeats every twelve seconds the message comes again after four.
#[test]
fn a_denied_answer_is_kept_until_the_grant_is_given() {
    let stack = stack("denied").parameter("CreditCheckHeartbeatSeconds", "12");
    run(stack, QUICK, async |sample| {
        let denied = inject_lasting_call(sample, "SendTaskSuccess", DENIED);
        let execution = start(sample).await;
        let kept = &logged(sample, KEPT).await[0];
        assert_eq!((&kept["disposition"], &kept["retry.wait_ms"]), (&"denied".into(), &4000.into()));
        holds(sample, "CreditCheckQueueUrl", [0, 1, 0]).await;
        denied.take_back();
        succeeds(sample, &execution).await;
        assert_eq!(logged_once(sample, ANSWERED).await["task.answer"], "success");
        assert_eq!((inquiries(sample).1, accepted(sample)), (1, 1));
        assert!(replies(sample, "SendTaskFailure").is_empty(), "it is never made another answer");
    });
}

#[test]
fn a_key_that_is_denied_or_disabled_is_no_reason_for_another_answer() {
    run(stack("denied-key"), QUICK, async |sample| {
        for code in ["KmsAccessDeniedException", "KmsInvalidStateException"] {
            inject_call(sample, "SendTaskSuccess", CallFault::refuse(400, code));
            inject(sample, Fault::ComeAgainAtOnce);
        }
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        assert_eq!(logged(sample, KEPT).await.len(), 2);
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (3, (3, 1), 1));
    });
}

#[test]
fn an_answer_that_is_denied_to_the_end_fails_its_task_by_the_dead_letter_queue() {
    run(stack("denied-to-the-end"), QUICK, async |sample| {
        let denied = inject_lasting_call(sample, "SendTaskSuccess", DENIED);
        let hurried = sample.bridge.host().faults().inject_lasting(worker(sample), Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        let cause = fails(sample, &execution, "Bridge.DeadLettered").await;
        assert_eq!(cause["receives"], 5);
        assert_eq!(logged(sample, KEPT).await.len(), 5);
        assert_eq!((inquiries(sample), accepted(sample)), ((5, 1), 1));
        denied.take_back();
        hurried.take_back();
    });
}

#[test]
fn a_task_that_nobody_may_answer_waits_in_the_terminal_queue() {
    run(stack("denied-to-all"), QUICK, async |sample| {
        let denied = ["SendTaskSuccess", "SendTaskFailure"].map(|answer| inject_lasting_call(sample, answer, DENIED));
        let hurried = ["CheckCreditFunction", "FailDeadLettersFunction"].map(|id| {
            let function = &sample.bridge.function(id).unwrap().name;
            sample.bridge.host().faults().inject_lasting(function, Fault::ComeAgainAtOnce)
        });
        let execution = start(sample).await;
        holds(sample, "TerminalQueueUrl", [1, 0, 0]).await;
        assert_eq!(logged(sample, KEPT).await.len(), 10);
        assert_eq!(accepted(sample), 0);
        let sfn = sample.bridge.sfn();
        let found = sfn.describe_execution().execution_arn(&execution).send().await.unwrap();
        assert_eq!(found.status, ExecutionStatus::Running, "until its own timeout");
        sfn.stop_execution().execution_arn(&execution).send().await.unwrap();
        purge(sample, "TerminalQueueUrl").await;
        denied.into_iter().chain(hurried).for_each(callback_bridge_local::LastingFault::take_back);
    });
}

#[test]
fn a_backoff_that_may_not_be_set_is_that_of_the_queue() {
    run(stack("denied-backoff"), QUICK, async |sample| {
        (0..3).for_each(|_| sample.bureau_proxy.faults().inject(INQUIRY, CallFault::refuse(503, "ServiceUnavailable")));
        inject_call(sample, "ChangeMessageVisibility", CallFault::refuse(403, "AccessDenied"));
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let again = logged_once(sample, "the task will be tried again").await;
        assert_eq!((&again["queue.error"], again.get("retry.wait_ms")), (&"AccessDenied".into(), None));
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
    });
}

#[test]
fn a_function_that_may_not_read_its_secret_is_started_again() {
    run(stack("denied-secret"), QUICK, async |sample| {
        inject_call(sample, "GetSecretValue", DENIED);
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let events = sample.bridge.host().events().items();
        let errors: Vec<_> = events
            .iter()
            .filter(|event| *event.function == *worker(sample))
            .filter_map(|event| if let EventKind::Answered { error, .. } = &event.what { error.as_ref() } else { None })
            .map(|error| error.error_type.as_str())
            .collect();
        assert_eq!(errors, ["Runtime.ExitError"]);
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
    });
}
