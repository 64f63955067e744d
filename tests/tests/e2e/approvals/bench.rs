//! A stack whose callbacks queue gets what a test asks, and the people who answer.

use std::time::Duration;

use callback_bridge_local::{
    Sample, StackOptions,
    people::{Browser, Mail, Page},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::bench::{self, PATIENCE};

/// State machines of this name may be answered.
const MACHINES: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:ask-*";

/// A stack for one flow, whose approvals are asked by state machines that the test makes.
pub(crate) fn stack(name: &str) -> StackOptions {
    bench::stack(name).parameter("CallbackStateMachineArns", MACHINES)
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

    /// Starts an execution that asks this of these people; what is not said about it has its default.
    pub(crate) async fn ask(&self, approvers: &[&str], approval: Value) -> String {
        let mut asked = json!({ "title": "Loan 42: 25,000 EUR to Kato Ltd" });
        let fields = asked.as_object_mut().unwrap();
        fields.insert("approvers".to_owned(), approvers.iter().map(|name| self.address(name)).collect());
        fields.extend(approval.as_object().unwrap().clone());
        self.send(json!({ "approval": asked })).await
    }

    /// Starts an execution whose task sends this beside its token.
    pub(crate) async fn send(&self, beside_the_token: Value) -> String {
        let mut body = json!({ "taskToken.$": "$$.Task.Token", "context": {
            "execution.$": "$$.Execution.Id", "state.$": "$$.State.Name", "enteredAt.$": "$$.State.EnteredTime",
        } });
        body.as_object_mut().unwrap().extend(beside_the_token.as_object().unwrap().clone());
        let mut state = json!({
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
            "Parameters": { "QueueUrl": self.sample.bridge.output("CallbackQueueUrl").unwrap(), "MessageBody": body },
            "TimeoutSeconds": 3600,
        });
        if let Some(heartbeat) = beside_the_token.get("heartbeatSeconds") {
            state["HeartbeatSeconds"] = heartbeat.clone();
        }
        let definition = json!({ "StartAt": "Ask", "States": { "Ask": state } });
        let name = format!("ask-{}-{:08x}", self.sample.bridge.description().stack, fastrand::u32(..));
        let role = self.sample.bridge.description().resources["LoanApplicationStateMachineRole"].clone().unwrap();
        let role = format!("arn:aws:iam::123456789012:role/{role}");
        let call = self.sample.bridge.sfn().create_state_machine().name(name).role_arn(role);
        let machine = call.definition(definition.to_string()).send().await.unwrap().state_machine_arn;
        self.sample.bridge.sfn().start_execution().state_machine_arn(machine).send().await.unwrap().execution_arn
    }

    /// The mails that somebody got, the oldest first.
    pub(crate) async fn mails_to(&self, name: &str) -> Vec<Mail> {
        let address = self.address(name);
        let mut mails = self.sample.bridge.region().aws().mails().await.unwrap();
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

    /// Has somebody decide by the form of their page.
    pub(crate) async fn decide(&self, name: &str, choice: &str, comment: &str) -> Page {
        let page = self.browser.open(&self.link_of(name).await).await.unwrap();
        let form = page.form().unwrap_or_else(|| panic!("there is no form for {name}: {}", page.html));
        let form = form.choose("choice", choice).unwrap().write("comment", comment).unwrap();
        self.browser.send(&page, &form).await.unwrap()
    }
}
