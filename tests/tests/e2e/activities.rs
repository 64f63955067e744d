//! The tasks of an activity, which poll-activity forwards to the queue of check-credit.

mod walk_through;
mod working;

use std::time::Duration;

use aws_sdk_sfn::types::{
    ExecutionStatus,
    HistoryEventType::{ActivityScheduled, ActivityStarted, ActivitySucceeded},
};
use aws_sdk_sqs::types::QueueAttributeName;
use callback_bridge_local::{CallFault, FunctionError, LastingFault, Sample, StackOptions};
use serde_json::{Value, json};

use crate::{
    bench::{PATIENCE, becomes_empty, changed, input, run, sample_input, send, stack},
    grants::grants,
    watch::Watch,
};

const MACHINE: &str = "CreditCheckActivityStateMachineArn";

/// A stack that polls the activity of its sample, for five seconds of each invocation instead of 55.
fn polling(name: &str) -> StackOptions {
    let stack = changed(stack(name), |text| {
        assert_eq!(text.matches("Timeout: 140\n").count(), 1, "poll-activity has another timeout");
        text.replace("Timeout: 140\n", "Timeout: 90\n")
    });
    let activity = format!("arn:aws:states:us-east-1:123456789012:activity:{name}-credit-check");
    stack.parameter("PollActivityArn", activity).parameter("PollActivityOpenPolls", "3")
}

/// Has poll-activity do what it does every minute.
async fn poll(sample: &Sample) -> Option<FunctionError> {
    sample.bridge.invoke("PollActivityFunction", "{}").await.unwrap().error
}

#[test]
fn without_an_activity_to_poll_nothing_polls_and_nothing_may() {
    run(stack("no-activity"), Duration::ZERO, async |sample| {
        let description = sample.bridge.description();
        assert!(description.functions.iter().all(|function| function.id != "PollActivityFunction"));
        assert!(!description.outputs.contains_key("PollActivityFunctionName"));
        assert!(description.resources.keys().all(|id| !id.contains("PollActivity") && !id.ends_with("ActivityPolicy")));
        assert!(description.outputs.contains_key("CreditCheckActivityArn"), "the sample waits for other workers");
        let execution = sample.start_execution(&input("good")).await.unwrap();
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

#[test]
fn the_worker_of_a_queue_answers_the_tasks_of_an_activity_beats_for_them_and_needs_every_grant() {
    let stack = polling("activity").parameter("PollActivityHeartbeatSeconds", "3");
    run(stack, Duration::from_secs(6), async |sample| {
        let watch = Watch::new(sample, []);
        let mut executions = Vec::new();
        for name in ["good", "declined"] {
            let input = sample_input(&format!("credit-check-activity/{name}"));
            executions.push(sample.start(MACHINE, &input).await.unwrap());
        }
        executions.push(sample.start(MACHINE, &input("slow")).await.unwrap());
        assert_eq!(poll(sample).await, None);
        let mut ends = Vec::new();
        for execution in &executions {
            ends.push(sample.end_of(execution, PATIENCE).await.unwrap());
        }
        let [good, declined, slow] = &ends[..] else { panic!("{ends:?}") };
        assert_eq!(good.output.as_ref().unwrap()["decision"], "approved");
        assert_eq!(declined.error.as_deref(), Some("Credit.Declined"));
        assert_eq!(slow.status, ExecutionStatus::Succeeded, "somebody has beaten for it: {slow:?}");

        let history = sample.history_of(&executions[0]).await.unwrap();
        let types: Vec<_> = history.iter().map(|event| event.r#type.clone()).skip(2).take(3).collect();
        assert_eq!(types, [ActivityScheduled, ActivityStarted, ActivitySucceeded]);
        let worker = history[3].activity_started_event_details.as_ref().unwrap().worker_name.as_deref();
        assert_eq!(worker, Some(sample.bridge.function("PollActivityFunction").unwrap().name.as_str()));
        assert_eq!(watch.raised(), [""; 0]);

        // These two are not needed while all goes well.
        is_failed_when_the_queue_refuses_it(sample).await;
        assert_eq!(watch.raised(), ["ActivityTaskFailedAlarm"]);
        is_failed_when_its_queue_gives_it_up(sample).await;
        let (grants, activity) = (grants(sample), sample.bridge.output("CreditCheckActivityArn").unwrap());
        let role = &sample.bridge.function("PollActivityFunction").unwrap().role;
        let of_role = grants.iter().filter(|grant| &grant.role == role);
        let (used, unused): (Vec<_>, Vec<_>) = of_role.partition(|grant| grant.used);
        assert_eq!(used.len(), 3, "{used:?}");
        assert!(unused.iter().all(|grant| grant.action.starts_with("logs:") || grant.action.starts_with("xray:")));
        for (function, granted) in
            [("PollActivityFunction", 2), ("CheckCreditFunction", 3), ("FailDeadLettersFunction", 1)]
        {
            let role = &sample.bridge.function(function).unwrap().role;
            let on_activity: Vec<_> =
                grants.iter().filter(|grant| &grant.role == role && grant.resource == activity).collect();
            assert!(on_activity.len() == granted && on_activity.iter().all(|grant| grant.used), "{on_activity:?}");
        }
    });
}

/// A queue may take less than a task can have.
async fn is_failed_when_the_queue_refuses_it(sample: &Sample) {
    let url = sample.bridge.output("CreditCheckQueueUrl").unwrap();
    let call = sample.bridge.sqs().set_queue_attributes().queue_url(url);
    call.attributes(QueueAttributeName::MaximumMessageSize, "1024").send().await.unwrap();
    let mut large = input("good");
    large["remark"] = "x".repeat(2_000).into();
    let execution = sample.start(MACHINE, &large).await.unwrap();
    assert_eq!(poll(sample).await, None);
    let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
    assert_eq!(ended.error.as_deref(), Some("Bridge.NotForwarded"));
    let cause: Value = serde_json::from_str(&ended.cause.unwrap()).unwrap();
    assert!(cause["bytes"].as_u64() > Some(2_000), "{cause}");
}

/// Whatever a worker cannot answer is failed, as in every queue of tasks.
async fn is_failed_when_its_queue_gives_it_up(sample: &Sample) {
    let activity = sample.bridge.output("CreditCheckActivityArn").unwrap();
    let execution = sample.start(MACHINE, &input("good")).await.unwrap();
    let task = sample.bridge.sfn().get_activity_task().activity_arn(activity).send().await.unwrap();
    let message = json!({ "taskToken": task.task_token.unwrap(), "input": input("good") });
    send(sample, "DeadLetterQueueUrl", &message.to_string()).await;
    let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
    assert_eq!(ended.error.as_deref(), Some("Bridge.DeadLettered"));
}

#[test]
fn an_activity_that_may_not_be_polled_raises_an_alarm_and_a_task_that_can_go_nowhere_another() {
    run(polling("activity-alarms"), Duration::ZERO, async |sample| {
        let mut watch = Watch::new(sample, []);
        let faults = sample.bridge.proxy().faults();
        let denied = || CallFault::refuse(400, "AccessDeniedException");
        watch.look().await;
        assert_eq!(sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap().error, None);
        assert_eq!(watch.raised_within(4), [""; 0]);
        assert_eq!(watch.raised_within(5), ["PollActivityAbsentAlarm"], "nobody polls");
        let refused = faults.inject_lasting("GetActivityTask", denied());
        assert_eq!(poll(sample).await.unwrap().error_type, "Bridge.ActivityRefused");
        assert_eq!(watch.raised_within(5), ["PollActivityAbsentAlarm", "PollActivityRefusedAlarm"]);
        refused.take_back();

        // Neither the queue nor Step Functions lets it go on. Its state waits for its heartbeat.
        let unfit = CallFault::refuse(400, "InvalidParameterValue");
        let refused = [("SendMessage", unfit), ("SendTaskFailure", denied())];
        let refused = refused.map(|(call, fault)| faults.inject_lasting(call, fault));
        let execution = sample.start(MACHINE, &input("good")).await.unwrap();
        assert_eq!(poll(sample).await, None);
        assert_eq!(watch.raised_within(5), ["ActivityTaskLostAlarm", "PollActivityRefusedAlarm"]);
        refused.into_iter().for_each(LastingFault::take_back);
        let found = sample.bridge.sfn().describe_execution().execution_arn(&execution).send().await.unwrap();
        assert_eq!(found.status, ExecutionStatus::Running);
        sample.bridge.sfn().stop_execution().execution_arn(&execution).send().await.unwrap();
        becomes_empty(sample, "CreditCheckQueueUrl").await;
    });
}

#[test]
fn a_queue_of_your_own_gets_the_tasks_and_its_worker_alone_may_answer_them() {
    const QUEUE: &str = "your-own-tasks";
    let stack = polling("activity-queue");
    let stack = stack.parameter("PollActivityQueueArn", format!("arn:aws:sqs:us-east-1:123456789012:{QUEUE}"));
    run(stack, Duration::ZERO, async |sample| {
        let (sqs, sfn) = (sample.bridge.sqs(), sample.bridge.sfn());
        let url = sqs.create_queue().queue_name(QUEUE).send().await.unwrap().queue_url.unwrap();
        let execution = sample.start(MACHINE, &input("good")).await.unwrap();
        assert_eq!(poll(sample).await, None);
        let received = sqs.receive_message().queue_url(url).wait_time_seconds(20).send().await.unwrap();
        let [message] = received.messages() else { panic!("{received:?}") };
        let task: Value = serde_json::from_str(message.body().unwrap()).unwrap();
        assert_eq!(task["input"], input("good"));
        let answer = sfn.send_task_success().task_token(task["taskToken"].as_str().unwrap());
        answer.output(json!({ "score": 800 }).to_string()).send().await.unwrap();
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!(ended.output.unwrap()["decision"], "approved");
        let resources: Vec<_> = sample.bridge.description().resources.keys().collect();
        assert!(resources.iter().any(|id| *id == "FailDeadLettersActivityPolicy"), "{resources:?}");
        assert!(resources.iter().all(|id| *id != "CheckCreditActivityPolicy"), "{resources:?}");
    });
}
