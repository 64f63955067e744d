//! Grants: what a missing one does, and that none is unused. The local AWS checks what a function calls, as AWS does.

mod urls;
mod webhooks;

use std::{
    collections::HashSet,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use aws_sdk_sfn::types::ExecutionStatus;
use aws_sdk_sqs::types::QueueAttributeName;
use callback_bridge_local::{APPROVER, CallFault, LocalRegion, Sample, StackOptions};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep},
};

use webhooks::Payments;

use crate::{
    approvals::People,
    bench::{PATIENCE, becomes_empty, changed, count_lines, holds, input, purge, run, run_prepared, send, stack, take},
    chat::{CHANNEL, Chat},
    mails::SENDING,
};

/// An action on a resource that a role may do, as the local AWS tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Grant {
    pub(crate) role: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) used: bool,
}

pub(crate) fn grants(sample: &Sample) -> Vec<Grant> {
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
    changed(stack(name), |text| {
        let role = text.find("  CheckCreditRole:\n").unwrap();
        let (before, granting) = text.split_at(role + text[role..].find("- Sid: AnswerTasks\n").unwrap());
        let grant = format!("                    - {action}\n");
        assert!(granting.contains(&grant), "the template does not grant {action} on a line of its own");
        before.to_owned() + &granting.replacen(&grant, "", 1)
    })
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

        let approvers = ("LoanApprovers".to_owned(), APPROVER.to_owned());
        let parameters = [("BureauUrl".to_owned(), sample.bureau.url().to_owned()), approvers, heartbeat.clone()];
        let (granted, stack) = (StackOptions::default().template, &bridge.description().stack);
        bridge.region().aws().deploy(&granted, stack, &parameters, Some(bridge.api_url())).await.unwrap();
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
    let chat = OnceCell::new();
    let prepare = async |region: &LocalRegion| {
        let chat = chat.get_or_init(|| Chat::start(region, "grants-chat")).await;
        // The bureau is slow enough for heartbeats, which come after a third of these.
        let stack =
            stack("grants").parameter("CreditCheckHeartbeatSeconds", "30").parameter("PushHeartbeatSeconds", "30");
        let stack = stack.parameter("BureauTimeoutSeconds", "20").parameter("CheckCreditMaximumConcurrency", "20");
        let stack = stack.parameter("LoanApprovers", "lender@grants.example.com").held();
        stack.parameter("MailConfigurationSet", "grants").parameter("ChatSecretArn", &chat.secret_arn)
    };
    run_prepared(prepare, Duration::from_secs(12), async |sample| {
        let mut executions = Vec::new();
        for machine in MACHINES.into_iter().filter(|machine| *machine != INVOKE) {
            executions.push(give_up(sample, machine).await); // as long as its queue holds nothing else
        }
        executions.push(webhooks::given_up(sample).await);
        let mut approvals = Vec::new();
        for machine in ["LoanApplicationStateMachineArn", "CheckAndApproveStateMachineArn"] {
            approvals.push(Approvals::of(sample, chat.get().unwrap(), machine).await);
        }
        let payments = [Payments::of_payments(sample).await, Payments::of_loans(sample).await];
        for machine in MACHINES {
            for application in ["good", "declined", "slow"] {
                executions.push(sample.start(machine, &given(machine, application)).await.unwrap());
            }
        }
        for queue in QUEUES {
            send(sample, queue, "this is no JSON").await;
        }
        let foreign = foreign_token(sample).await;
        for queue in ["DeadLetterQueueUrl", "DeadLetterFifoQueueUrl"] {
            send(sample, queue, &json!({ "taskToken": foreign }).to_string()).await;
        }
        sample.bridge.receive().await.unwrap();
        for approvals in &approvals {
            approvals.are_opened_and_answered().await;
            approvals.are_swept().await;
        }
        for payments in &payments {
            payments.are_opened_and_answered().await;
            payments.are_swept().await;
        }
        approve_until_all_have_ended(&People::of(sample), &executions).await;
        urls::are_created_called_and_swept(sample).await;
        assert!(count_lines(sample, "\"heartbeat sent\"") >= MACHINES.len());
        holds(sample, "TerminalQueueUrl", [5, 0, 0]).await;
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

/// Whose tasks check-credit answers.
const MACHINES: [&str; 11] = [
    "CreditCheckStateMachineArn",
    "CreditCheckJsonataStateMachineArn",
    "CreditCheckFifoStateMachineArn",
    "CreditCheckSnsStateMachineArn",
    "CreditCheckEventStateMachineArn",
    INVOKE,
    "PushToSqsStateMachineArn",
    "ContextObjectStateMachineArn",
    "CreditChecksMapStateMachineArn",
    "CheckAndApproveStateMachineArn",
    "LoanApplicationStateMachineArn",
];
/// The one whose messages are in no queue.
const INVOKE: &str = "CreditCheckInvokeStateMachineArn";
const QUEUES: [&str; 5] = [
    "CreditCheckQueueUrl",
    "CreditCheckFifoQueueUrl",
    "CallbackQueueUrl",
    "DeadLetterQueueUrl",
    "DeadLetterFifoQueueUrl",
];

/// The input of a state machine for this applicant.
fn given(machine: &str, application: &str) -> Value {
    match machine {
        "ContextObjectStateMachineArn" | "CreditChecksMapStateMachineArn" => {
            json!({ "applications": [input(application)] })
        }
        _ => input(application),
    }
}

/// What people do about tasks of a state machine, and what is done about them when people do nothing.
struct Approvals<'a> {
    people: People<'a>,
    chat: &'a Chat,
    machine: &'static str,
    tokens: Vec<String>,
}

impl<'a> Approvals<'a> {
    /// Of tasks of loans that wait for an approval, as long as no queue is read. Each of their tokens gets a question of its
    /// own.
    async fn of(sample: &'a Sample, chat: &'a Chat, machine: &'static str) -> Self {
        let mut tokens = Vec::new();
        for _ in 0..8 {
            sample.start(machine, &input("good")).await.unwrap();
            let report = json!({ "score": 742, "reference": "CR-1" }).to_string();
            let token = next_token(sample, "CreditCheckQueueUrl").await;
            sample.bridge.sfn().send_task_success().task_token(token).output(report).send().await.unwrap();
            tokens.push(next_token(sample, "CallbackQueueUrl").await);
        }
        Self { people: People::of(sample), chat, machine, tokens }
    }

    /// Somebody who is asked about these tasks alone.
    fn name(&self, approver: &str) -> String {
        format!("{approver}-{}", self.machine)
    }

    /// What they are asked.
    fn title(&self, title: &str) -> String {
        format!("{title} ({})", self.machine)
    }

    /// Asks `approver` and the channel about the task with this token, which began to wait so many minutes ago.
    #[expect(clippy::disallowed_methods, reason = "when a state was entered is told by the time of day")]
    async fn ask(&self, token: &str, title: &str, approver: &str, minutes: u64, approval: Value) {
        let approvers = json!([self.people.address(&self.name(approver)), { "address": CHANNEL, "channel": "slack" }]);
        let mut asked = json!({ "title": self.title(title), "approvers": approvers });
        asked.as_object_mut().unwrap().extend(approval.as_object().unwrap().clone());
        let entered_at = Timestamp::now().checked_sub(Duration::from_mins(minutes)).unwrap();
        let message = json!({
            "taskToken": token, "approval": asked, "heartbeatSeconds": 180, "context": { "enteredAt": entered_at },
        });
        send(self.people.sample, "CallbackQueueUrl", &message.to_string()).await;
    }

    /// What open-callback and receive-callback do between them.
    async fn are_opened_and_answered(&self) {
        let (people, sample, tokens) = (&self.people, self.people.sample, &self.tokens);
        // Somebody answers while another one is still being told, so that open-callback reads what it finds changed.
        let held = sample.bridge.proxy().faults().inject_lasting(SENDING, CallFault::HoldReply);
        self.ask(&tokens[0], "By chat", "slow-mail", 0, json!({})).await;
        let link = self.chat.link(&self.title("By chat"), PATIENCE).await;
        let page = people.browser.open(&link).await.unwrap();
        let form = page.form().unwrap().choose("choice", "approve").unwrap();
        assert_eq!(people.browser.send(&page, &form).await.unwrap().status, 200);
        held.take_back();

        let veto = json!({ "onReject": "fail", "policy": { "veto": true } });
        self.ask(&tokens[1], "No", "rejecter", 0, veto).await;
        people.decide(&self.name("rejecter"), "reject", "").await;

        // Messages that waited: for so long that a heartbeat is due, or that the time to decide is over.
        self.ask(&tokens[2], "Beaten for as it is opened", "nobody", 2, json!({})).await;
        let reject = json!({ "deadline": { "afterSeconds": 60, "then": "reject" } });
        self.ask(&tokens[3], "Rejected as it is opened", "nobody", 2, reject).await;
        self.ask(&tokens[4], "A mistake", "nobody", 0, json!({ "deadline": { "afterSeconds": "soon" } })).await;
        becomes_empty(sample, "CallbackQueueUrl").await;
    }

    /// What sweep-callbacks does where open-callback could write no more than that a task is parked.
    async fn are_swept(&self) {
        let (sample, tokens) = (self.people.sample, &self.tokens);
        let refused = CallFault::refuse(400, "AccessDeniedException");
        let refused = sample.bridge.proxy().faults().inject_lasting("UpdateItem", refused);
        self.ask(&tokens[5], "Beaten for by the sweep", "asked", 2, json!({})).await;
        let deadline = |then: &str| json!({ "deadline": { "afterSeconds": 60, "then": then } });
        self.ask(&tokens[6], "Rejected by the sweep", "nobody", 2, deadline("reject")).await;
        self.ask(&tokens[7], "Failed by the sweep", "nobody", 2, deadline("fail")).await;
        becomes_empty(sample, "CallbackQueueUrl").await;
        refused.take_back();
        let swept = sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap();
        assert_eq!(swept.error, None);
        self.people.link_of(&self.name("asked")).await;
        self.chat.link(&self.title("Beaten for by the sweep"), PATIENCE).await;
    }
}

/// Approves the loans that the samples ask about, as long as one of these executions is running.
async fn approve_until_all_have_ended(people: &People<'_>, executions: &[String]) {
    let mut approved = HashSet::new();
    for execution in executions {
        let give_up = Instant::now() + PATIENCE;
        while people.is_running(execution).await {
            assert!(Instant::now() < give_up, "{execution} does not end; approved are {}", approved.len());
            for mail in people.mails_to("lender").await {
                let link = mail.link().unwrap();
                if approved.insert(link.to_owned()) {
                    let page = people.browser.open(link).await.unwrap();
                    let form = page.form().unwrap().choose("choice", "approve").unwrap();
                    assert_eq!(people.browser.send(&page, &form).await.unwrap().status, 200);
                }
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Lambda writes the logs and sends the traces of a function, with the role of the function; nothing does here.
fn is_of_lambda_itself(grant: &Grant) -> bool {
    ["logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        .contains(&grant.action.as_str())
}

/// Puts the message of a task where its queue puts what it gives up; its execution.
async fn give_up(sample: &Sample, machine: &str) -> String {
    let execution = sample.start(machine, &given(machine, "good")).await.unwrap();
    let (queue, dead_letters) = if machine.contains("Fifo") {
        ("CreditCheckFifoQueueUrl", "DeadLetterFifoQueueUrl")
    } else {
        ("CreditCheckQueueUrl", "DeadLetterQueueUrl")
    };
    let body = take(sample, sample.bridge.output(queue).unwrap()).await;
    send(sample, dead_letters, &body).await;
    if machine == "CheckAndApproveStateMachineArn" {
        next_message(sample, "CallbackQueueUrl").await; // nobody is asked in vain
    }
    execution
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

async fn next_token(sample: &Sample, queue: &str) -> String {
    next_message(sample, queue).await["taskToken"].as_str().unwrap().to_owned()
}

/// Takes the next message of a task out of the queue with this output.
async fn next_message(sample: &Sample, queue: &str) -> Value {
    serde_json::from_str(&take(sample, sample.bridge.output(queue).unwrap()).await).unwrap()
}
