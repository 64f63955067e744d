//! Tasks of another account, answered by the role that it gives.

use std::time::Duration;

use callback_bridge_local::{Fault, LastingFault, LocalRegion};
use serde_json::{Value, json};

use crate::{
    approvals::People,
    bench::{PATIENCE, holds, input, purge, run, run_prepared, stack},
    grants::grants,
    other_account::{ACCOUNT, OtherAccount},
};

/// The functions that answer, each with the task that it has to answer by itself.
#[test]
fn every_function_answers_tasks_of_another_account_by_the_role_that_it_gives() {
    let prepare = async |region: &LocalRegion| {
        let machines = OtherAccount::machine("theirs-*");
        let role = OtherAccount::of(region).deploy_role("cross-account", &machines).await;
        stack("cross-account").parameter("CallbackRoleArns", role)
    };
    run_prepared(prepare, Duration::ZERO, async |sample| {
        let (people, theirs) = (People::of(sample), OtherAccount::of(sample.bridge.region()));
        let start = async |name: &str, queue: &str, beside_the_token: Value| {
            theirs.start(name, sample.bridge.output(queue).unwrap(), beside_the_token).await
        };
        let asked = |name: &str| json!({ "approval": people.question(&[name], json!({})) });
        let checked = start("theirs-check", "CreditCheckQueueUrl", json!({ "input": input("good") })).await;
        let wrong = start("theirs-wrong", "CallbackQueueUrl", json!({ "approval": {} })).await;
        let decided = start("theirs-decided", "CallbackQueueUrl", asked("decider")).await;
        let withdrawn = start("theirs-withdrawn", "CallbackQueueUrl", asked("nobody")).await;
        let dead = start("theirs-dead", "DeadLetterQueueUrl", json!({})).await;

        people.asked("decider").await;
        people.decide("decider", "approve", "").await;
        let link = people.asked("nobody").await;
        people.withdraw(&link, "carol", "asked twice").await;
        for (execution, output) in [(checked, "\"score\""), (decided, "\"approved\"")] {
            let ended = theirs.end_of(&execution).await;
            assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
            assert!(ended["output"].as_str().unwrap().contains(output), "{ended}");
        }
        let failures = [(wrong, "Bridge.InvalidInput"), (withdrawn, "Bridge.Withdrawn"), (dead, "Bridge.DeadLettered")];
        for (execution, error) in failures {
            let ended = theirs.end_of(&execution).await;
            assert_eq!((&ended["status"], &ended["error"]), (&json!("FAILED"), &json!(error)), "{ended}");
        }

        let grants = grants(sample);
        for function in &sample.bridge.description().functions {
            let assumes = grants.iter().find(|grant| grant.role == function.role && grant.action == "sts:AssumeRole");
            let answers = function.id != "CreateCallbackUrlsFunction";
            assert_eq!(assumes.map(|grant| grant.used), answers.then_some(true), "{}", function.id);
        }
    });
}

/// Step Functions does not take the token from the bridge's own account, and a role that nobody has made may do nothing.
#[test]
fn a_task_of_another_account_without_a_role_there_ends_in_the_terminal_queue() {
    ends_in_the_terminal_queue("no-role", None, "Step Functions does not know this task token");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/nobody-has-made-it");
    ends_in_the_terminal_queue("not-a-role", Some(&role), "the function may not answer the task");
}

fn ends_in_the_terminal_queue(name: &str, role: Option<&str>, line: &str) {
    let stack = role.into_iter().fold(stack(name), |stack, role| stack.parameter("CallbackRoleArns", role));
    run(stack, Duration::ZERO, async |sample| {
        let hurried = ["CheckCreditFunction", "FailDeadLettersFunction"].map(|id| {
            let function = &sample.bridge.function(id).unwrap().name;
            sample.bridge.host().faults().inject_lasting(function, Fault::ComeAgainAtOnce)
        });
        let mut output = sample.bridge.transcript().tail();
        let theirs = OtherAccount::of(sample.bridge.region());
        let queue = sample.bridge.output("CreditCheckQueueUrl").unwrap();
        let execution = theirs.start(&format!("theirs-{name}"), queue, json!({ "input": input("good") })).await;
        output.find(PATIENCE, |printed| printed.text.contains(line)).await.unwrap();
        holds(sample, "TerminalQueueUrl", [1, 0, 0]).await;
        assert_eq!(theirs.execution(&execution).await["status"], "RUNNING", "until its own timeout");
        theirs.stop(&execution).await;
        purge(sample, "TerminalQueueUrl").await;
        hurried.into_iter().for_each(LastingFault::take_back);
    });
}
