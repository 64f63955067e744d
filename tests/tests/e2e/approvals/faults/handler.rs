//! receive-callback dies at every point of an answer.

use callback_bridge_local::{CallFault, Fault};
use callbacks::Status;
use serde_json::json;

use super::super::bench::{People, run, shows};

/// What receive-callback calls to take an answer that decides: the operation, and how many calls of it come before.
const CALLS: [(&str, usize); 5] = [
    ("Query", 0),
    ("UpdateItem", 0),         // the decision
    ("UpdateItem", 1),         // the claim
    ("SendTaskSuccess", 0),    // the answer
    ("TransactWriteItems", 0), // the settlement
];

/// Has the function die over an answer at this call. Returns whether the answer was recorded.
async fn dies(people: &People<'_>, name: &str, (operation, before): (&str, usize), fault: &CallFault) -> bool {
    people.asked(name).await;
    let form = people.open(name).await;
    let struck = people.struck(fault);
    for _ in 0..before {
        people.spare_call(operation);
    }
    people.inject_call(operation, fault.clone());
    let page = people.fill_in(&form, "approve", "").await;
    assert_eq!(page.status, 500, "{}", page.html);
    assert_eq!(people.struck(fault), struck + 1);
    people.state_of(name).await.decision().is_some()
}

/// Whoever sent an answer that was recorded need not come again.
async fn is_decided_once(people: &People<'_>, execution: &str, name: &str, recorded: bool) {
    if recorded {
        shows(&people.open(name).await, 200, &["Your answer is recorded"]);
        people.sweep_after_the_lease(name).await;
    } else {
        shows(&people.decide(name, "approve", "").await, 200, &["Your answer is recorded"]);
    }
    let output = people.succeeds(execution).await;
    assert_eq!((&output["decision"], output["answers"].as_array().unwrap().len()), (&json!("approved"), 1));
    assert!(matches!(people.state_of(name).await.status, Status::Settled { .. }));
}

#[test]
fn killed_before_any_of_its_calls_is_carried_out() {
    run("kill-before-call", async |people| {
        for (at, call) in CALLS.into_iter().enumerate() {
            let name = format!("alice{at}");
            let execution = people.ask(&[&name], json!({})).await;
            let recorded = dies(people, &name, call, &CallFault::KillBeforeCall).await;
            assert_eq!(recorded, at > 1, "{call:?}");
            is_decided_once(people, &execution, &name, recorded).await;
        }
        // What was answered, and not written down, is answered again, and not accepted.
        let refused = people.answers().into_iter().flatten().collect::<Vec<_>>();
        assert_eq!((people.answers().len(), refused), (6, vec!["TaskTimedOut".to_owned()]));
    });
}

#[test]
fn killed_before_it_hears_of_any_of_its_calls() {
    run("kill-before-reply", async |people| {
        for (at, call) in CALLS.into_iter().enumerate() {
            let name = format!("alice{at}");
            let execution = people.ask(&[&name], json!({})).await;
            let recorded = dies(people, &name, call, &CallFault::KillBeforeReply).await;
            assert_eq!(recorded, at > 0, "{call:?}");
            if call.0 == "TransactWriteItems" {
                // All was done; there is nothing to come.
                assert_eq!((people.state_of(&name).await.due_at, people.sweep().await), (None, 0));
                people.succeeds(&execution).await;
            } else {
                is_decided_once(people, &execution, &name, recorded).await;
            }
        }
        let refused = people.answers().into_iter().flatten().collect::<Vec<_>>();
        assert_eq!((people.answers().len(), refused), (6, vec!["TaskTimedOut".to_owned()]));
    });
}

#[test]
fn whose_response_is_lost_can_send_the_same_answer_again() {
    run("lost-response", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        people.asked("alice").await;
        let form = people.open("alice").await;
        people.inject("ReceiveCallbackFunction", Fault::KillAfterWork);
        assert_eq!(people.fill_in(&form, "approve", "").await.status, 500);
        assert_eq!(people.succeeds(&execution).await["decision"], "approved");
        shows(&people.fill_in(&form, "approve", "").await, 200, &["Your answer is recorded"]);
        assert_eq!(people.answers(), [None]);
    });
}
