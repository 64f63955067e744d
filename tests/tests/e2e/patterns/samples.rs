//! Samples that need no worker, or several tasks at once, where all goes on as it should.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{Line, LocalRegion, Sample};
use serde_json::{Value, json};

use super::{decide, failure, jobs, mail_about, output, stack, start, start_with};
use crate::{
    approvals::{People, shows},
    bench::{PATIENCE, becomes_empty, run_prepared, sample_input, some},
    subscriber::Subscriber,
};

#[test]
fn what_needs_no_worker_and_what_needs_several_answers() {
    let prepare = async |region: &LocalRegion| jobs::with_a_network(region, stack("patterns-samples")).await;
    run_prepared(prepare, Duration::ZERO, async |sample| {
        let told = Subscriber::of(sample, "SampleTopicArn").await;
        somebody_is_told(sample, &told).await;
        a_job_answers_early(sample, &told).await;
        a_job_refuses_what_it_cannot_read(sample).await;
        jobs::a_job_of_batch_has_an_end(sample).await;
        jobs::a_job_that_batch_refuses_fails_the_execution(sample).await;
        jobs::a_container_answers(sample).await;
        all_of_the_context_object_is_in_the_messages(sample).await;
        all_items_of_a_map_are_answered(sample).await;
        both_branches_are_answered(sample).await;
        an_approver_learns_that_the_credit_was_declined_meanwhile(sample).await;
        a_branch_that_nobody_decides_about_ends_both(sample).await;
    });
}

async fn somebody_is_told(sample: &Sample, told: &Subscriber<'_>) {
    let output = output(sample, &start(sample, "notify/good").await).await;
    assert!(output["told"]["messageId"].as_str().is_some_and(|id| !id.is_empty()), "{output}");
    assert_eq!(told.next().await, "Kato Ltd applies for 25000 EUR (loan-42).");
}

/// A job that takes ten minutes, and one that has an end here.
async fn a_job_answers_early(sample: &Sample, told: &Subscriber<'_>) {
    let input = "early-answer/good";
    for (work_seconds, while_it_goes_on) in [(600, true), (0, false)] {
        let mut application = sample_input(input);
        application["workSeconds"] = json!(work_seconds);
        let execution = start_with(sample, input, application).await;
        assert_eq!(output(sample, &execution).await["account"], json!({ "number": "account-of-loan-42" }));
        let job = started_by(sample, &execution, "EarlyAnswerJobStateMachine").await;
        if while_it_goes_on {
            let found = sample.bridge.sfn().describe_execution().execution_arn(&job).send().await.unwrap();
            assert_eq!(found.status, ExecutionStatus::Running);
            sample.bridge.sfn().stop_execution().execution_arn(&job).send().await.unwrap();
        } else {
            let card = output(sample, &job).await;
            assert!(card.get("taskToken").is_none(), "{card}");
            assert_eq!(told.next().await, "The card of account-of-loan-42 is made.");
        }
    }
    let (error, cause) = failure(sample, &start(sample, "early-answer/refused").await).await;
    assert_eq!((&*error, &*cause), ("Account.Refused", "2500000 is more than an account is opened for"));
}

/// One that cannot read its input answers nevertheless, and one whose refusal nobody waits for has an end, too.
async fn a_job_refuses_what_it_cannot_read(sample: &Sample) {
    let sfn = sample.bridge.sfn();
    for amount in [json!("25000"), json!(null)] {
        let mut application = sample_input("early-answer/good");
        application["amount"] = amount;
        let execution = start_with(sample, "early-answer/good", application).await;
        let (error, cause) = failure(sample, &execution).await;
        assert_eq!((&*error, &*cause), ("Account.Refused", "the amount is no number"));

        let job = started_by(sample, &execution, "EarlyAnswerJobStateMachine").await;
        assert_eq!(output(sample, &job).await["refused"], true);
        let first = sfn.describe_execution().execution_arn(&job).send().await.unwrap();
        let again = sfn.start_execution().state_machine_arn(first.state_machine_arn).set_input(first.input);
        let again = again.send().await.unwrap().execution_arn;
        assert_eq!(output(sample, &again).await["refused"], true);
    }
}

/// The execution of this state machine of the stack that another one says in its input to have started.
async fn started_by(sample: &Sample, execution: &str, machine: &str) -> String {
    let (sfn, machine) = (sample.bridge.sfn(), sample.bridge.description().resources[machine].clone().unwrap());
    some(async || {
        let listed = sfn.list_executions().state_machine_arn(&machine).send().await.unwrap();
        for found in listed.executions {
            let found = sfn.describe_execution().execution_arn(found.execution_arn).send().await.unwrap();
            let input: Value = serde_json::from_str(found.input().unwrap()).unwrap();
            if input["AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"] == execution {
                return Some(found.execution_arn);
            }
        }
        None
    })
    .await
}

async fn all_of_the_context_object_is_in_the_messages(sample: &Sample) {
    let execution = start(sample, "context-object/three").await;
    let checked = output(sample, &execution).await["checked"].take();
    let of = |index: usize| (&checked[index]["applicationId"], &checked[index]["creditReport"]["score"]);
    assert_eq!(of(0), (&json!("loan-42"), &json!(742)));
    assert_eq!(
        (&checked[1]["applicationId"], &checked[1]["failure"]["Error"]),
        (&json!("loan-43"), &json!("Credit.Declined"))
    );
    assert_eq!(of(2), (&json!("loan-44"), &json!(704)));
    let name = execution.rsplit(':').next().unwrap();
    let inquiries = sample.bureau.inquiries().items();
    for index in 0..3 {
        let key = format!("{name}/Check%20credit/{index}");
        assert!(inquiries.iter().any(|inquiry| inquiry.idempotency_key == key), "{key} is not in {inquiries:?}");
    }
    let mut lines = sample.bridge.transcript().reader();
    let named = |line: &Line| line.text.contains(&execution) && line.text.contains("\"Check credit\"");
    lines.find(PATIENCE, named).await.unwrap();
}

async fn all_items_of_a_map_are_answered(sample: &Sample) {
    let output = output(sample, &start(sample, "credit-checks-map/good").await).await;
    assert_eq!(output["decision"], "checked");
    let scores: Vec<_> =
        output["checks"].as_array().unwrap().iter().map(|check| &check["creditReport"]["score"]).collect();
    assert_eq!(scores, [742, 704]);
}

async fn both_branches_are_answered(sample: &Sample) {
    let execution = start(sample, "check-and-approve/good").await;
    shows(&decide(sample, "loan-42", "approve").await, 200, &["Your answer is recorded"]);
    let output = output(sample, &execution).await;
    assert_eq!((&output["decision"], &output["answers"]["creditReport"]["score"]), (&json!("approved"), &json!(742)));
    assert_eq!(output["answers"]["approval"]["decision"], "approved");
}

async fn an_approver_learns_that_the_credit_was_declined_meanwhile(sample: &Sample) {
    let execution = start(sample, "check-and-approve/declined").await;
    let output = output(sample, &execution).await;
    assert_eq!((&output["decision"], &output["failure"]["Error"]), (&json!("declined"), &json!("Credit.Declined")));
    let page = decide(sample, "loan-43", "approve").await;
    shows(&page, 200, &["Your answer is recorded", "the process that asked for it had stopped waiting"]);
}

/// The question is closed three minutes before the timeout of the state, which is three days.
async fn a_branch_that_nobody_decides_about_ends_both(sample: &Sample) {
    let input = "check-and-approve/good";
    let mut application = sample_input(input);
    application["applicationId"] = json!("loan-45");
    let execution = start_with(sample, input, application).await;
    let people = People::of(sample);
    let mail = mail_about(&people, "loan-45").await;
    becomes_empty(sample, "CallbackQueueUrl").await; // so that nobody writes any more
    people.time_passes(mail.link().unwrap(), Duration::from_mins(3 * 24 * 60 - 3)).await;
    people.sweep().await;
    let (error, cause) = failure(sample, &execution).await;
    assert_eq!(error, "Approval.TimedOut", "{cause}");
    assert!(cause.starts_with("Nobody decided about the loan in time"), "{cause}");
}
