//! Grants: what a missing one does, and that none is unused. The local AWS checks what a function calls, as AWS does.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use aws_sdk_sfn::types::ExecutionStatus;
use aws_sdk_sqs::types::QueueAttributeName;
use callback_bridge_local::{Sample, StackOptions};
use callback_bridge_tests::repository;
use serde::Deserialize;
use serde_json::json;

use crate::bench::{PATIENCE, count_lines, holds, input, purge, run, send, stack};

/// An action on a resource that a role may do, as the local AWS tells it.
#[derive(Debug, Deserialize)]
struct Grant {
    role: String,
    action: String,
    resource: String,
    used: bool,
}

fn grants(sample: &Sample) -> Vec<Grant> {
    let address = sample.bridge.region().aws().endpoint().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /local-aws/grants HTTP/1.0\r\nhost: {address}\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"))
}

/// A stack whose check-credit has not got this grant.
fn stack_without(name: &str, action: &str) -> StackOptions {
    let text = fs::read_to_string(repository().join("template.yaml")).unwrap();
    let grant = format!("                  - {action}\n");
    assert!(text.contains(&grant), "the template does not grant {action} on a line of its own");
    let text = text.replacen(&grant, "", 1);
    let text = text.replace("DefinitionUri: ", &format!("DefinitionUri: {}/", repository().display()));
    let template = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.yaml"));
    fs::write(&template, text).unwrap();
    StackOptions { template, ..stack(name) }
}

#[test]
fn a_task_whose_answer_was_not_granted_is_answered_once_it_is() {
    // A third of it is what passes until the next delivery.
    let heartbeat = ("CreditCheckHeartbeatSeconds".to_owned(), "30".to_owned());
    let stack = stack_without("not-granted", "states:SendTaskSuccess").parameter(&heartbeat.0, &heartbeat.1);
    run(stack.held(), Duration::ZERO, async |sample| {
        let bridge = &sample.bridge;
        let queue = bridge.sqs().set_queue_attributes().queue_url(bridge.output("CreditCheckQueueUrl").unwrap());
        let target = bridge.output("DeadLetterQueueArn").unwrap();
        let patient = json!({ "deadLetterTargetArn": target, "maxReceiveCount": 1000 }).to_string();
        queue.attributes(QueueAttributeName::RedrivePolicy, patient).send().await.unwrap();

        let mut output = bridge.transcript().tail();
        let execution = sample.start_execution(&input("good")).await.unwrap();
        bridge.receive().await.unwrap();
        let denied = "the function may not answer the task";
        let line = output.find(PATIENCE, |line| line.text.contains(denied)).await.unwrap().text;
        assert!(line.contains("AccessDenied") && line.contains("\"disposition\":\"denied\""), "{line}");
        let found = bridge.sfn().describe_execution().execution_arn(&execution).send().await.unwrap();
        assert_eq!(found.status, ExecutionStatus::Running);

        let parameters = [("BureauUrl".to_owned(), sample.bureau.url().to_owned()), heartbeat.clone()];
        let granted = StackOptions::default().template;
        bridge.region().aws().deploy(&granted, &bridge.description().stack, &parameters, None).await.unwrap();
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

#[test]
fn a_task_whose_heartbeats_are_not_granted_is_lost_and_the_log_says_why() {
    let stack =
        stack_without("no-heartbeats", "states:SendTaskHeartbeat").parameter("CreditCheckHeartbeatSeconds", "2");
    run(stack, Duration::from_secs(5), async |sample| {
        let mut output = sample.bridge.transcript().tail();
        let execution = sample.start_execution(&input("slow")).await.unwrap();
        let refused = "a heartbeat was not accepted; the work goes on";
        let line = output.find(PATIENCE, |line| line.text.contains(refused)).await.unwrap().text;
        assert!(line.contains("check the function's grants for states:SendTask*"), "{line}");
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("CreditCheck.TimedOut")));
    });
}

/// Everything that the functions do is done once: whatever is granted beside that could be left out.
#[test]
fn no_grant_is_unused() {
    // The bureau is slow enough for heartbeats, which come after a third of these.
    let stack = stack("grants")
        .parameter("CreditCheckHeartbeatSeconds", "30")
        .parameter("PushHeartbeatSeconds", "30")
        .parameter("BureauTimeoutSeconds", "20")
        .parameter("CheckCreditMaximumConcurrency", "20")
        .held();
    run(stack, Duration::from_secs(12), async |sample| {
        let mut executions = Vec::new();
        for machine in MACHINES {
            give_up(sample, machine).await; // as long as its queue holds nothing else
        }
        for machine in MACHINES {
            for application in ["good", "declined", "slow"] {
                executions.push(sample.start(machine, &input(application)).await.unwrap());
            }
        }
        for queue in ["CreditCheckQueueUrl", "CreditCheckFifoQueueUrl", "DeadLetterQueueUrl", "DeadLetterFifoQueueUrl"]
        {
            send(sample, queue, "this is no JSON").await;
        }
        let foreign = foreign_token(sample).await;
        for queue in ["DeadLetterQueueUrl", "DeadLetterFifoQueueUrl"] {
            send(sample, queue, &json!({ "taskToken": foreign }).to_string()).await;
        }
        sample.bridge.receive().await.unwrap();
        for execution in &executions {
            sample.end_of(execution, PATIENCE).await.unwrap();
        }
        assert!(count_lines(sample, "\"heartbeat sent\"") >= MACHINES.len());
        holds(sample, "TerminalQueueUrl", [4, 0, 0]).await;
        for queue in ["DeadLetterQueueUrl", "DeadLetterFifoQueueUrl"] {
            holds(sample, queue, [0, 1, 0]).await; // what may not be answered is tried again later
            purge(sample, queue).await;
        }
        purge(sample, "TerminalQueueUrl").await;

        let grants = grants(sample);
        for function in &sample.bridge.description().functions {
            let (used, unused): (Vec<_>, Vec<_>) =
                grants.iter().filter(|grant| grant.role == function.role).partition(|grant| grant.used);
            assert!(!used.is_empty(), "{}: {grants:?}", function.id);
            let unused = unused.iter().filter(|grant| !is_of_lambda_itself(grant));
            let unused: Vec<_> = unused.map(|grant| format!("{} on {}", grant.action, grant.resource)).collect();
            assert!(unused.is_empty(), "{} never uses {unused:?}", function.id);
        }
    });
}

const MACHINES: [&str; 3] =
    ["CreditCheckStateMachineArn", "CreditCheckFifoStateMachineArn", "PushToSqsStateMachineArn"];

/// Lambda writes the logs and sends the traces of a function, with the role of the function; nothing does here.
fn is_of_lambda_itself(grant: &Grant) -> bool {
    ["logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        .contains(&grant.action.as_str())
}

/// Puts the message of a task where its queue puts what it gives up.
async fn give_up(sample: &Sample, machine: &str) {
    sample.start(machine, &input("good")).await.unwrap();
    let (queue, dead_letters) = if machine.contains("Fifo") {
        ("CreditCheckFifoQueueUrl", "DeadLetterFifoQueueUrl")
    } else {
        ("CreditCheckQueueUrl", "DeadLetterQueueUrl")
    };
    let body = take(sample, sample.bridge.output(queue).unwrap()).await;
    send(sample, dead_letters, &body).await;
}

/// A token that the functions have no grant for: of a state machine that is none of the stack's.
async fn foreign_token(sample: &Sample) -> String {
    let (sfn, sqs) = (sample.bridge.sfn(), sample.bridge.sqs());
    let queue = sqs.create_queue().queue_name("grants-foreign").send().await.unwrap().queue_url.unwrap();
    let definition = json!({ "StartAt": "Wait", "States": { "Wait": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 600, "End": true,
        "Parameters": { "QueueUrl": queue, "MessageBody.$": "$$.Task.Token" }
    } } });
    let machine = sfn.create_state_machine().name("grants-foreign").definition(definition.to_string());
    let machine = machine.role_arn("arn:aws:iam::123456789012:role/foreign").send().await.unwrap();
    sfn.start_execution().state_machine_arn(machine.state_machine_arn).send().await.unwrap();
    take(sample, &queue).await
}

/// Takes the next message out of a queue.
async fn take(sample: &Sample, queue_url: &str) -> String {
    let sqs = sample.bridge.sqs();
    let received = sqs.receive_message().queue_url(queue_url).wait_time_seconds(20).send().await.unwrap();
    let message = received.messages.unwrap().remove(0);
    sqs.delete_message().queue_url(queue_url).receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
    message.body.unwrap()
}
