//! Which alarms a flow raises, by what the functions print for CloudWatch and by what happens in the queues.

mod approvals;
mod urls;
mod webhooks;

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, Fault, Invocation, Sample};
use callback_bridge_tests::Datum;

use crate::{
    bench::{PATIENCE, come_again_at_once, holds, input, purge, run, send, stack},
    watch::Watch,
};

const QUICK: Duration = Duration::ZERO;
/// Longer than the first wait before something that failed is tried again, and no reason for an alarm.
const AGAIN: Duration = Duration::from_secs(90);

/// Waits until a function has printed that this became of a delivery: it prints before it responds.
async fn prints(sample: &Sample, outcome: &str) {
    let wanted = format!("\"Outcome\":\"{outcome}\"");
    let mut lines = sample.bridge.transcript().reader();
    lines.find(PATIENCE, |line| line.text.contains(&wanted)).await.unwrap();
}

async fn sweep(sample: &Sample) -> Invocation {
    sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap()
}

/// All values of a metric that has this value in one of its dimensions.
fn values(data: &[Datum], name: &str, value: &str) -> Vec<f64> {
    let of = data.iter().filter(|datum| datum.metric.name == name);
    of.filter(|datum| datum.metric.dimensions.values().any(|found| found == value)).map(|datum| datum.value).collect()
}

#[test]
fn a_good_flow_raises_no_alarm() {
    run(stack("no-alarm"), QUICK, async |sample| {
        let mut watch = Watch::new(sample, []);
        let execution = sample.start_execution(&input("good")).await.unwrap();
        watch.look().await;
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        prints(sample, "Settled").await;
        watch.look().await;
        assert_eq!(watch.raised(), [""; 0]);
        let data = watch.data();
        let function = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        assert_eq!(values(&data, "Deliveries", "Settled"), [1.0]);
        assert_eq!(values(&data, "Deliveries", function), [1.0], "nothing else came of it");
        assert_eq!(values(&data, "Replies", "Accepted"), [1.0]);
        assert_eq!(
            (values(&data, "MessageAge", function).len(), values(&data, "WorkDuration", function).len()),
            (1, 1)
        );
    });
}

/// Lambda kills the function at each delivery, before it can print anything.
#[test]
fn a_message_that_kills_its_worker_raises_the_alarm_of_dead_letters() {
    raises_the_alarm_of_dead_letters(
        "poison-alarm",
        "CreditCheckStateMachineArn",
        "CreditCheckQueueUrl",
        "DeadLetterAlarm",
    );
    let (machine, queue) = ("CreditCheckFifoStateMachineArn", "CreditCheckFifoQueueUrl");
    raises_the_alarm_of_dead_letters("poison-alarm-fifo", machine, queue, "DeadLetterFifoAlarm");
}

fn raises_the_alarm_of_dead_letters(name: &str, machine: &str, queue: &str, alarm: &str) {
    run(stack(name).held(), QUICK, async |sample| {
        let worker = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        (0..5).for_each(|_| sample.bridge.host().faults().inject(worker, Fault::KillBeforeWork));
        come_again_at_once(sample, queue).await;
        let mut watch = Watch::new(sample, []);
        let execution = sample.start(machine, &input("good")).await.unwrap();
        sample.bridge.receive().await.unwrap();
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!(ended.error.as_deref(), Some("Bridge.DeadLettered"));
        watch.look().await;
        prints(sample, "Settled").await; // by fail-dead-letters
        assert_eq!(watch.raised(), [alarm]);
    });
}

#[test]
fn a_key_that_step_functions_may_not_use_raises_the_alarm_of_denials() {
    run(stack("denied-alarm"), QUICK, async |sample| {
        let denied = CallFault::refuse(400, "KmsInvalidStateException");
        sample.bridge.proxy().faults().inject("SendTaskSuccess", denied);
        let worker = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        sample.bridge.host().faults().inject(worker, Fault::ComeAgainAtOnce);
        let watch = Watch::new(sample, []);
        let execution = sample.start_execution(&input("good")).await.unwrap();
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        prints(sample, "Settled").await;
        assert_eq!(watch.raised(), ["CheckCreditDeniedAlarm"]);
    });
}

/// How many tries it takes to raise the alarm is shown where time need not pass.
#[test]
fn every_throttled_try_is_counted_for_the_alarm() {
    run(stack("throttled-count"), QUICK, async |sample| {
        (0..3).for_each(|_| sample.bridge.proxy().faults().inject("SendTaskSuccess", CallFault::throttle()));
        let watch = Watch::new(sample, []);
        let execution = sample.start_execution(&input("good")).await.unwrap();
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        prints(sample, "Settled").await;
        assert_eq!(values(&watch.data(), "Replies", "Throttled"), [3.0]);
        assert_eq!(watch.raised(), [""; 0]);
    });
}

#[test]
fn a_message_that_names_no_task_raises_the_alarm_of_the_terminal_queue() {
    run(stack("terminal-alarm"), QUICK, async |sample| {
        let mut watch = Watch::new(sample, []);
        send(sample, "CreditCheckQueueUrl", "this is no JSON").await;
        holds(sample, "TerminalQueueUrl", [1, 0, 0]).await;
        watch.look().await;
        assert_eq!(watch.raised(), ["DeadLetterAlarm", "TerminalAlarm"]);
        purge(sample, "TerminalQueueUrl").await;
    });
}

#[test]
fn a_message_that_nobody_receives_raises_the_alarm_of_its_age() {
    let threshold = ("MessageAgeAlarmSeconds", "1");
    run(stack("age-alarm").held().parameter(threshold.0, threshold.1), QUICK, async |sample| {
        let mut watch = Watch::new(sample, [threshold]);
        let mut executions = Vec::new();
        for (machine, raised) in [
            ("CreditCheckStateMachineArn", &["CheckCreditAgeAlarm"][..]),
            ("CreditCheckFifoStateMachineArn", &["CheckCreditAgeAlarm", "CheckCreditFifoAgeAlarm"]),
        ] {
            executions.push(sample.start(machine, &input("good")).await.unwrap());
            watch.until_raised(raised.last().unwrap()).await;
            assert_eq!(watch.raised(), raised, "while it can still be answered");
        }
        sample.bridge.receive().await.unwrap();
        for execution in executions {
            assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        }
    });
}

#[test]
fn a_dead_letter_that_nobody_receives_raises_the_alarm_of_its_age() {
    let threshold = ("MessageAgeAlarmSeconds", "1");
    run(stack("old-dead-letter").held().parameter(threshold.0, threshold.1), QUICK, async |sample| {
        let mut watch = Watch::new(sample, [threshold]);
        for (queue, raised) in [
            ("DeadLetterQueueUrl", &["FailDeadLettersAgeAlarm"][..]),
            ("DeadLetterFifoQueueUrl", &["FailDeadLettersAgeAlarm", "FailDeadLettersFifoAgeAlarm"]),
        ] {
            send(sample, queue, "this is no JSON").await;
            watch.until_raised(raised.last().unwrap()).await;
            assert_eq!(watch.raised(), raised, "nobody has received it");
        }
        sample.bridge.receive().await.unwrap();
        holds(sample, "TerminalQueueUrl", [2, 0, 0]).await;
        purge(sample, "TerminalQueueUrl").await;
    });
}

/// Also an invocation that fails has something to tell. SQS gives every message an id, so it is made to fail by hand.
#[test]
fn a_function_that_fails_prints_its_metrics_too() {
    run(stack("failing").held(), QUICK, async |sample| {
        let function = &sample.bridge.function("CheckCreditFunction").unwrap().name;
        let nameless = r#"{ "Records": [{ "body": "this is no JSON", "attributes": {} }] }"#;
        let invocation = sample.bridge.host().invoke(function, nameless).await.unwrap();
        assert_eq!(invocation.error.unwrap().error_type, "Bridge.Unreturnable");
        prints(sample, "NoTask").await;
    });
}
