//! Waits that end from outside: their execution is stopped, or another item or branch fails. The worker drops its work.

use std::{fs, time::Duration};

use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType};
use callback_bridge_local::Sample;
use callback_bridge_tests::repository;
use serde_json::json;

use super::{decide, failure, output, stack, start, start_with};
use crate::{
    bench::{PATIENCE, prints, run, sample_input, some},
    cli::paste,
};

/// The slow applicant is checked for longer than anybody here waits; the worker beats every six seconds.
#[test]
fn work_that_nobody_waits_for_any_more_is_dropped() {
    let stack = stack("patterns-ended").parameter("CreditCheckHeartbeatSeconds", "18");
    run(stack.parameter("BureauTimeoutSeconds", "20"), Duration::from_mins(10), async |sample| {
        tokio::join!(
            the_job_of_an_execution_that_is_stopped(sample),
            the_items_beside_one_that_fails(sample),
            the_branch_beside_one_that_fails(sample),
        );
        prints(sample, "nobody waits for this task any more; its work was dropped", 3).await;
    });
}

/// The commands of docs/patterns.md, one block after the other.
fn blocks() -> [String; 2] {
    let page = fs::read_to_string(repository().join("docs/patterns.md")).unwrap();
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect::<Vec<_>>().try_into().expect("the page has two blocks of commands, which are both run here")
}

async fn the_job_of_an_execution_that_is_stopped(sample: &Sample) {
    let [succeed, stop] = blocks();
    let pasted = paste(sample, &format!("{succeed}\necho \"$EXECUTION\""), &[]).await;
    let (described, execution) = pasted.rsplit_once('\n').unwrap();
    assert!(described.contains(execution), "{described}");
    let output = output(sample, execution).await;
    assert_eq!((&output["decision"], &output["creditReport"]["score"]), (&json!("approved"), &json!(742)));
    let (error, cause) = failure(sample, &start(sample, "run-execution/declined").await).await;
    assert!(error == "Credit.Declined" && cause.contains("the score is below 580"), "{error}: {cause}");

    let (begin, end) = stop.split_at(stop.find("aws stepfunctions stop-execution").unwrap());
    let execution = paste(sample, &format!("{begin}\necho \"$EXECUTION\""), &[]).await;
    let machine = sample.bridge.output("CreditCheckStateMachineArn").unwrap();
    let job = some(async || {
        let running = sample.bridge.sfn().list_executions().state_machine_arn(machine);
        let running = running.status_filter(ExecutionStatus::Running).send().await.unwrap();
        let job = running.executions.into_iter().next()?.execution_arn;
        is_checked(sample, &job).then_some(job)
    });
    let job = job.await;
    let listed = paste(sample, end, &[("EXECUTION", &execution)]).await;
    assert!(listed.contains(&job), "{job} is not the newest: {listed}");
    for (stopped, whose) in [(&execution, "its own"), (&job, "its job's")] {
        let ended = sample.end_of(stopped, PATIENCE).await.unwrap();
        assert_eq!(ended.status, ExecutionStatus::Aborted, "{whose}: {ended:?}");
    }
}

/// Whether the bureau was asked for an execution.
fn is_checked(sample: &Sample, execution: &str) -> bool {
    sample.bureau.inquiries().any(|inquiry| inquiry.idempotency_key.contains(execution))
}

async fn the_items_beside_one_that_fails(sample: &Sample) {
    let execution = start(sample, "credit-checks-map/one-declined").await;
    let output = output(sample, &execution).await;
    assert_eq!((&output["decision"], &output["failure"]["Error"]), (&json!("declined"), &json!("Credit.Declined")));
    let history = sample.history_of(&execution).await.unwrap();
    let count = |kind: HistoryEventType| history.iter().filter(|event| event.r#type == kind).count();
    let (failed, aborted) = (HistoryEventType::MapIterationFailed, HistoryEventType::MapIterationAborted);
    assert_eq!((count(failed), count(aborted)), (1, 1), "{history:?}");
}

async fn the_branch_beside_one_that_fails(sample: &Sample) {
    let input = "check-and-approve/good";
    let mut application = sample_input(input);
    application["applicant"] = json!("Lento Ltd");
    let execution = start_with(sample, input, application).await;
    some(async || is_checked(sample, &execution).then_some(())).await; // or there were no work to drop
    assert_eq!(decide(sample, "loan-42", "reject").await.status, 200);
    let output = output(sample, &execution).await;
    assert_eq!((&output["decision"], &output["failure"]["Error"]), (&json!("declined"), &json!("Bridge.Rejected")));
}
