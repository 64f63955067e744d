//! Everything between the queue and Step Functions fails, one thing at a time, and each execution ends as it should.

mod answers;
mod bureau;
mod deliveries;
mod denials;
mod functions;
mod terminal;

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge::TaskToken;
use callback_bridge_local::{Call, CallEvent, CallFault, EventKind, Fault, LastingFault, Sample};
use serde_json::Value;

use crate::bench::{PATIENCE, assert_no_task_was_answered_twice, becomes_empty, input};

const QUICK: Duration = Duration::ZERO;

const ANSWERED: &str = "the task was answered";
const DROPPED: &str = "nobody waits for this task any more; its work was dropped";

/// What the bureau's proxy calls an inquiry.
const INQUIRY: &str = "/v1/credit-checks";

/// The name of the function that answers.
fn worker(sample: &Sample) -> &str {
    &sample.bridge.function("CheckCreditFunction").unwrap().name
}

/// A fault of the worker, once.
fn inject(sample: &Sample, fault: Fault) {
    sample.bridge.host().faults().inject(worker(sample), fault);
}

/// A fault of a call to AWS, once.
fn inject_call(sample: &Sample, operation: &str, fault: CallFault) {
    sample.bridge.proxy().faults().inject(operation, fault);
}

/// A fault of a call to AWS, until it is taken back.
fn inject_lasting_call(sample: &Sample, operation: &str, fault: CallFault) -> LastingFault {
    sample.bridge.proxy().faults().inject_lasting(operation, fault)
}

async fn start(sample: &Sample) -> String {
    sample.start_execution(&input("good")).await.unwrap()
}

/// Waits for the success of an execution, and for the end of its message.
async fn succeeds(sample: &Sample, execution: &str) {
    let ended = sample.end_of(execution, PATIENCE).await.unwrap();
    assert_eq!((ended.status, ended.error, ended.cause), (ExecutionStatus::Succeeded, None, None));
    becomes_empty(sample, "CreditCheckQueueUrl").await;
}

/// Waits for the failure of an execution with this error, and for the end of its message.
async fn fails(sample: &Sample, execution: &str, error: &str) -> Value {
    let ended = sample.end_of(execution, PATIENCE).await.unwrap();
    assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some(error)));
    becomes_empty(sample, "CreditCheckQueueUrl").await;
    serde_json::from_str(&ended.cause.unwrap()).unwrap_or_default()
}

/// Waits for a line that the functions log, and returns all with this message so far.
async fn logged(sample: &Sample, message: &str) -> Vec<Value> {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok().filter(|line| line["message"] == message);
    let transcript = sample.bridge.transcript();
    transcript.reader().find(PATIENCE, |line| parsed(&line.text).is_some()).await.unwrap();
    transcript.lines().iter().filter_map(|line| parsed(&line.text)).collect()
}

/// The one line with this message.
async fn logged_once(sample: &Sample, message: &str) -> Value {
    let mut lines = logged(sample, message).await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    lines.remove(0)
}

/// How many answers Step Functions has accepted.
fn accepted(sample: &Sample) -> usize {
    sample.bridge.proxy().calls().items().iter().filter(|call| call.is_accepted_answer()).count()
}

/// How many times messages were handed to the worker.
fn deliveries(sample: &Sample) -> usize {
    let events = sample.bridge.host().events().items();
    let delivered = |what: &EventKind| matches!(what, EventKind::Delivered { .. });
    events.iter().filter(|event| *event.function == *worker(sample) && delivered(&event.what)).count()
}

/// How many inquiries the bureau has answered, and so is paid for, and how many different ones it takes them for.
fn inquiries(sample: &Sample) -> (usize, usize) {
    let inquiries = sample.bureau.inquiries().items();
    let answered =
        inquiries.iter().filter(|inquiry| inquiry.status == Some(200)).map(|inquiry| &inquiry.idempotency_key);
    (answered.clone().count(), answered.collect::<BTreeSet<_>>().len())
}

/// What every flow is searched for at its end is found.
#[test]
#[should_panic(expected = "a task was answered twice")]
fn a_second_answer_would_be_noticed() {
    let attempt = Some(TaskToken::new("abc").unwrap().attempt_id());
    let what = CallEvent::Replied { status: 200, error: None };
    let answer = |operation: &str| Call {
        caller: None,
        operation: operation.into(),
        attempt: attempt.clone(),
        what: what.clone(),
    };
    assert_no_task_was_answered_twice(&["SendTaskHeartbeat", "SendTaskSuccess", "SendTaskFailure"].map(answer));
}
