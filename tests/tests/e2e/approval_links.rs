//! The sample that mails links: its topic, as whoever has subscribed gets it, and the links as they are opened and called.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, Ended, Sample};
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    bench::{PATIENCE, prints, run, sample_input, stack},
    stored::{is_at_rest, pass},
    subscriber::Subscriber,
};

const QUICK: Duration = Duration::ZERO;

/// An execution of the sample, whose links were mailed.
pub(crate) struct Asked<'a> {
    sample: &'a Sample,
    mails: Subscriber<'a>,
    pub(crate) execution: String,
    /// The token that it waits by, from its history.
    pub(crate) token: String,
    /// By the names of their actions.
    pub(crate) links: BTreeMap<&'static str, String>,
}

impl<'a> Asked<'a> {
    /// Starts an execution, and waits for its mail.
    pub(crate) async fn start(sample: &'a Sample) -> Self {
        let mails = Subscriber::of(sample, "ApprovalLinksTopicArn").await;
        let execution = start(sample).await;
        let mail = mails.next().await;
        let links = ["approve", "reject"].map(|name| {
            let link = mail.lines().find(|line| line.contains(&format!("?action={name}&")));
            (name, link.unwrap_or_else(|| panic!("no link to {name}: {mail}")).to_owned())
        });
        let token = token(sample, &execution).await;
        Self { sample, mails, execution, token, links: links.into() }
    }

    /// What opening a link shows to a browser.
    pub(crate) async fn open(&self, name: &str) -> (u16, String) {
        let response = client().get(&self.links[name]).header("accept", "text/html").send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// What calling it gets, as JSON.
    pub(crate) async fn call(&self, name: &str) -> (u16, Value) {
        let response = client().post(&self.links[name]).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub(crate) async fn end(&self) -> Ended {
        self.sample.end_of(&self.execution, PATIENCE).await.unwrap()
    }

    /// It ends, and says so by mail.
    pub(crate) async fn is_approved(&self) {
        let ended = self.end().await;
        assert_eq!(ended.output, Some(json!({ "name": "Ada", "answer": { "name": "Ada" } })), "{ended:?}");
        assert_eq!(self.mails.next().await, "Hello Ada,\n\nyour task is complete.");
    }
}

fn client() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

async fn start(sample: &Sample) -> String {
    sample.start("ApprovalLinksStateMachineArn", &sample_input("approval-links/ask")).await.unwrap()
}

/// The token that an execution waits by: what its state has called is in its history.
async fn token(sample: &Sample, execution: &str) -> String {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let call = sample.bridge.sfn().get_execution_history().execution_arn(execution).include_execution_data(true);
        let history = call.send().await.unwrap();
        let scheduled = history.events().iter().find_map(|event| event.task_scheduled_event_details());
        if let Some(scheduled) = scheduled {
            let parameters: Value = serde_json::from_str(scheduled.parameters()).unwrap();
            return parameters["Input"]["taskToken"].as_str().unwrap().to_owned();
        }
        assert!(Instant::now() < give_up, "its task was never scheduled");
        sleep(Duration::from_millis(25)).await;
    }
}

#[test]
fn a_link_is_mailed_shown_called_once_and_told_of() {
    run(stack("links-approved"), QUICK, async |sample| {
        let asked = Asked::start(sample).await;
        for name in ["approve", "reject"] {
            let (status, page) = asked.open(name).await;
            assert!(status == 200 && page.contains(name) && page.contains("<form"), "{page}");
        }
        let found = sample.bridge.sfn().describe_execution().execution_arn(&asked.execution).send().await.unwrap();
        assert_eq!(found.status, ExecutionStatus::Running, "a scanner has opened both");
        let called = asked.call("approve").await;
        assert_eq!((called.0, &called.1["action"]), (200, &json!({ "name": "approve", "type": "success" })));
        assert_eq!(asked.call("approve").await, called, "the same again");
        let (status, refused) = asked.call("reject").await;
        assert_eq!((status, &refused["error"]), (400, &json!("StepFunctionsError")), "{refused}");
        asked.is_approved().await;
        let printed = sample.bridge.transcript().lines();
        for link in asked.links.values() {
            let (_, secret) = link.split('?').next().unwrap().split_once("/u/").unwrap();
            assert!(secret.len() > 40 && !printed.iter().any(|line| line.text.contains(secret)), "a link was printed");
        }
    });
}

#[test]
fn a_rejection_is_no_failure_and_told_by_its_cause() {
    run(stack("links-rejected"), QUICK, async |sample| {
        let asked = Asked::start(sample).await;
        assert_eq!(asked.call("reject").await.0, 200);
        let ended = asked.end().await;
        assert_eq!(
            (ended.status, &ended.output.unwrap()["decision"]),
            (ExecutionStatus::Succeeded, &json!("rejected"))
        );
        assert_eq!(asked.mails.next().await, "Hello,\n\nyour task was rejected: Ada rejected it");
    });
}

/// The links expire three minutes before the state does.
#[test]
fn a_task_whose_links_have_expired_is_failed_by_the_sweep() {
    let timeout = ("ApprovalTimeoutSeconds", "3600");
    run(stack("links-expired").parameter(timeout.0, timeout.1), QUICK, async |sample| {
        let asked = Asked::start(sample).await;
        is_at_rest(sample).await;
        for (minutes, error) in [(56, None), (2, Some("Approval.TimedOut"))] {
            pass(sample, Duration::from_mins(minutes)).await;
            let swept = sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap();
            assert_eq!(swept.error, None);
            if error.is_some() {
                let ended = asked.end().await;
                assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, error));
            } else {
                let call = sample.bridge.sfn().describe_execution().execution_arn(&asked.execution);
                assert_eq!(call.send().await.unwrap().status, ExecutionStatus::Running);
            }
        }
        let (status, refused) = asked.call("approve").await;
        assert_eq!((status, &refused["error"]), (400, &json!("ExpiredPayload")), "{refused}");
    });
}

fn denied() -> CallFault {
    CallFault::refuse(400, "AccessDeniedException")
}

/// Nobody would ever answer it.
#[test]
fn a_task_whose_links_cannot_be_created_however_often_is_failed() {
    run(stack("links-not-sent"), QUICK, async |sample| {
        let refused = sample.bridge.proxy().faults().inject_lasting("TransactWriteItems", denied());
        let execution = start(sample).await;
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        let (error, cause) = (ended.error.unwrap(), ended.cause.unwrap());
        assert_eq!((ended.status.as_str(), &*error), ("FAILED", "Links.NotSent"), "{cause}");
        assert!(cause.contains("ServiceError: the table of callbacks is in trouble"), "{cause}");
        refused.take_back();
    });
}

#[test]
fn links_that_the_table_refuses_once_are_created_and_mailed_all_the_same() {
    run(stack("links-again"), QUICK, async |sample| {
        sample.bridge.proxy().faults().inject("TransactWriteItems", denied());
        let asked = Asked::start(sample).await;
        let refused = "URLs could not be created";
        prints(sample, refused, 1).await;
        assert_eq!(asked.call("approve").await.0, 200);
        asked.is_approved().await;
    });
}
