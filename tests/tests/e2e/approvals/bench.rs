//! A stack whose callbacks queue gets what a test asks, and the people who answer.

use std::{fmt::Debug, time::Duration};

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{
    Ended, Sample, StackOptions,
    people::{Browser, Mail, Page},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::secrets;
use crate::bench::{self, PATIENCE};

/// State machines of this name may be answered.
const MACHINES: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:ask-*";

/// A stack for one flow, whose approvals are asked by state machines that the test makes.
pub(crate) fn stack(name: &str) -> StackOptions {
    bench::stack(name).parameter("CallbackStateMachineArns", MACHINES)
}

/// Runs a flow as [`bench::run`] does, and then looks whether a link was printed or stored, or a token was kept too long.
pub(crate) fn run(name: &str, flow: impl AsyncFnOnce(&People<'_>)) {
    run_on(stack(name), flow);
}

/// The same on a stack that is deployed with more than its name.
pub(crate) fn run_on(stack: StackOptions, flow: impl AsyncFnOnce(&People<'_>)) {
    let mut printed = None;
    bench::run(stack, Duration::ZERO, async |sample| {
        let people = People::of(sample);
        flow(&people).await;
        let secrets = secrets::of(&people.mails().await);
        secrets::assert_none_is_stored(&people.items().await, &secrets);
        let region = sample.bridge.region().transcript().clone();
        printed = Some((secrets, [sample.bridge.transcript().clone(), region]));
    });
    let (secrets, transcripts) = printed.unwrap();
    for transcript in transcripts {
        secrets::assert_none_is_printed(&transcript.lines(), &secrets);
    }
}

/// A stack and the people who are asked by it.
pub(crate) struct People<'a> {
    pub(crate) sample: &'a Sample,
    pub(crate) browser: Browser,
    /// Mails of other flows are in the same inbox, so each flow has a domain of its own.
    domain: String,
}

impl<'a> People<'a> {
    pub(crate) fn of(sample: &'a Sample) -> Self {
        let domain = format!("{}.example.com", sample.bridge.description().stack);
        Self { sample, browser: Browser::new().unwrap(), domain }
    }

    /// The address of somebody.
    pub(crate) fn address(&self, name: &str) -> String {
        format!("{name}@{}", self.domain)
    }

    /// What these people are asked; what is not said about it has its default.
    pub(crate) fn question(&self, approvers: &[&str], approval: Value) -> Value {
        let mut asked = json!({ "title": "Loan 42: 25,000 EUR to Kato Ltd" });
        asked["approvers"] = approvers.iter().map(|name| self.address(name)).collect();
        merge(&mut asked, approval);
        asked
    }

    /// Starts an execution that asks this of these people.
    pub(crate) async fn ask(&self, approvers: &[&str], approval: Value) -> String {
        self.send(json!({ "approval": self.question(approvers, approval) })).await
    }

    /// Starts an execution whose task sends this beside its token.
    pub(crate) async fn send(&self, beside_the_token: Value) -> String {
        self.send_in(json!({}), beside_the_token).await
    }

    /// The same from a state that is declared with these fields.
    pub(crate) async fn send_in(&self, fields: Value, beside_the_token: Value) -> String {
        let mut body = json!({ "taskToken.$": "$$.Task.Token", "context": {
            "execution.$": "$$.Execution.Id", "state.$": "$$.State.Name", "enteredAt.$": "$$.State.EnteredTime",
        } });
        merge(&mut body, beside_the_token);
        let mut state = json!({
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
            "Parameters": { "QueueUrl": self.sample.bridge.output("CallbackQueueUrl").unwrap(), "MessageBody": body },
            "TimeoutSeconds": 3600,
        });
        merge(&mut state, fields);
        let definition = json!({ "StartAt": "Ask", "States": { "Ask": state } });
        let name = format!("ask-{}-{:08x}", self.sample.bridge.description().stack, fastrand::u32(..));
        let role = self.sample.bridge.description().resources["LoanApplicationStateMachineRole"].clone().unwrap();
        let role = format!("arn:aws:iam::123456789012:role/{role}");
        let call = self.sample.bridge.sfn().create_state_machine().name(name).role_arn(role);
        let machine = call.definition(definition.to_string()).send().await.unwrap().state_machine_arn;
        self.sample.bridge.sfn().start_execution().state_machine_arn(machine).send().await.unwrap().execution_arn
    }

    /// The mails that all of them got, the oldest first.
    pub(crate) async fn mails(&self) -> Vec<Mail> {
        let mut mails = self.sample.bridge.region().aws().mails().await.unwrap();
        mails.retain(|mail| mail.to.iter().any(|to| to.ends_with(&format!("@{}", self.domain))));
        mails
    }

    /// The mails that somebody got, the oldest first.
    pub(crate) async fn mails_to(&self, name: &str) -> Vec<Mail> {
        let address = self.address(name);
        let mut mails = self.mails().await;
        mails.retain(|mail| mail.to.contains(&address));
        mails
    }

    /// The link that somebody was sent, as soon as they have it.
    pub(crate) async fn link_of(&self, name: &str) -> String {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(mail) = self.mails_to(name).await.first() {
                return mail.link().expect("a mail has a link").to_owned();
            }
            assert!(Instant::now() < give_up, "{name} was not asked");
            sleep(Duration::from_millis(25)).await;
        }
    }

    /// The link that somebody was sent, as soon as open-callback has come to its end.
    pub(crate) async fn asked(&self, name: &str) -> String {
        let link = self.link_of(name).await;
        bench::becomes_empty(self.sample, "CallbackQueueUrl").await;
        link
    }

    /// Has somebody open their page.
    pub(crate) async fn open(&self, name: &str) -> Page {
        self.browser.open(&self.link_of(name).await).await.unwrap()
    }

    /// Has somebody decide by the form of their page.
    pub(crate) async fn decide(&self, name: &str, choice: &str, comment: &str) -> Page {
        let page = self.open(name).await;
        self.fill_in(&page, choice, comment).await
    }

    /// Has somebody decide by a page that they have opened before.
    pub(crate) async fn fill_in(&self, page: &Page, choice: &str, comment: &str) -> Page {
        let form = page.form().unwrap_or_else(|| panic!("there is no form: {}", page.html));
        let form = form.choose("choice", choice).unwrap().write("comment", comment).unwrap();
        self.browser.send(page, &form).await.unwrap()
    }

    /// Has sweep-callbacks do what is due, as every minute does, and returns how many things were.
    pub(crate) async fn sweep(&self) -> u64 {
        self.invoke_sweep(json!({})).await["duties"].as_u64().unwrap()
    }

    /// Takes a question back.
    pub(crate) async fn withdraw(&self, link: &str, by: &str, reason: &str) -> Value {
        let id = super::stored::id(link).to_string();
        self.invoke_sweep(json!({ "withdraw": { "callbackId": id, "by": by, "reason": reason } })).await
    }

    async fn invoke_sweep(&self, order: Value) -> Value {
        let invocation = self.sample.bridge.invoke("SweepCallbacksFunction", order.to_string()).await.unwrap();
        assert_eq!(invocation.error, None);
        serde_json::from_slice(&invocation.payload).unwrap()
    }

    pub(crate) async fn is_running(&self, execution: &str) -> bool {
        let found = self.sample.bridge.sfn().describe_execution().execution_arn(execution).send().await.unwrap();
        found.status == ExecutionStatus::Running
    }

    /// Waits for the success of an execution, and returns its output.
    pub(crate) async fn succeeds(&self, execution: &str) -> Value {
        let Ended { status, output, error, cause } = self.sample.end_of(execution, PATIENCE).await.unwrap();
        assert_eq!((status, error, cause), (ExecutionStatus::Succeeded, None, None));
        output.unwrap()
    }

    /// Waits for the failure of an execution with this error, and returns its cause.
    pub(crate) async fn fails(&self, execution: &str, error: &str) -> Value {
        let ended = self.sample.end_of(execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some(error)));
        serde_json::from_str(&ended.cause.unwrap()).unwrap()
    }
}

fn merge(object: &mut Value, fields: Value) {
    let Value::Object(fields) = fields else { panic!("{fields} is no object") };
    object.as_object_mut().unwrap().extend(fields);
}

/// Looks at a page: its status, and texts that it has.
pub(crate) fn shows<S: AsRef<str> + Debug>(page: &Page, status: u16, texts: &[S]) {
    assert_eq!(page.status, status, "{}", page.html);
    for text in texts {
        assert!(page.html.contains(text.as_ref()), "{text:?} is not on the page: {}", page.html);
    }
}
