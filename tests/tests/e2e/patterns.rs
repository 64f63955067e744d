//! The samples of docs/patterns.md, each in all its ways.

mod ended;
mod jobs;
mod left_out;
mod samples;
mod ways;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{
    Ended, Sample, StackOptions,
    people::{Mail, Page},
};
use serde_json::Value;

use crate::{
    approvals::People,
    bench::{self, PATIENCE, sample_input, some},
};

/// A stack for one flow, where somebody of its own is asked about loans.
fn stack(name: &str) -> StackOptions {
    bench::stack(name).parameter("LoanApprovers", format!("lender@{name}.example.com"))
}

/// An execution of a sample with one of its inputs, as in `notify/good`.
async fn start(sample: &Sample, input: &str) -> String {
    start_with(sample, input, sample_input(input)).await
}

/// The same with an input that was changed.
async fn start_with(sample: &Sample, input: &str, changed: Value) -> String {
    let (machine, _) = input.split_once('/').unwrap();
    let words = machine.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    sample.start(&format!("{}StateMachineArn", words.collect::<String>()), &changed).await.unwrap()
}

/// The output of an execution that succeeds.
async fn output(sample: &Sample, execution: &str) -> Value {
    let Ended { status, output, error, cause } = sample.end_of(execution, PATIENCE).await.unwrap();
    assert_eq!(status, ExecutionStatus::Succeeded, "{error:?}: {cause:?}");
    output.unwrap()
}

/// The error and the cause of one that fails.
async fn failure(sample: &Sample, execution: &str) -> (String, String) {
    let Ended { status, output, error, cause } = sample.end_of(execution, PATIENCE).await.unwrap();
    assert_eq!(status, ExecutionStatus::Failed, "{output:?}");
    (error.unwrap(), cause.unwrap())
}

/// Has whoever is asked about an application decide by the form of their page.
async fn decide(sample: &Sample, application: &str, choice: &str) -> Page {
    let people = People::of(sample);
    let mail = mail_about(&people, application).await;
    let page = people.browser.open(mail.link().unwrap()).await.unwrap();
    people.fill_in(&page, choice, "").await
}

/// The mail by which somebody is asked about an application.
async fn mail_about(people: &People<'_>, application: &str) -> Mail {
    some(async || {
        let mails = people.mails_to("lender").await;
        mails.into_iter().find(|mail| mail.subject.contains(application))
    })
    .await
}
