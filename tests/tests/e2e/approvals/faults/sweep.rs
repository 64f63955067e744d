//! sweep-callbacks dies at every point of its work.

use std::time::Duration;

use callback_bridge_local::{CallFault, Fault};
use callbacks::Status;
use serde_json::json;

use super::{
    super::bench::{People, run},
    MAIL,
};

const HOUR: Duration = Duration::from_hours(1);

/// What the sweep calls to close a question: the operation, and how many calls of it come before.
const CALLS: [(&str, usize); 5] = [
    ("UpdateItem", 0), // the claim
    ("UpdateItem", 1), // the decision
    ("UpdateItem", 2), // the claim of what is decided
    ("SendTaskFailure", 0),
    ("TransactWriteItems", 0),
];

/// Has a sweep die at this call.
async fn dies(people: &People<'_>, (operation, before): (&str, usize), fault: &CallFault) {
    let struck = people.struck(fault);
    for _ in 0..before {
        people.spare_call(operation);
    }
    people.inject_call(operation, fault.clone());
    let invocation = people.sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap();
    assert_eq!(invocation.error.unwrap().error_type, "Runtime.ExitError");
    assert_eq!(people.struck(fault), struck + 1);
}

#[test]
fn the_next_sweep_closes_what_a_dead_one_has_begun_to_close() {
    run("dead-sweep", async |people| {
        for (who, fault) in [("alice", CallFault::KillBeforeCall), ("bob", CallFault::KillBeforeReply)] {
            for (at, call) in CALLS.into_iter().enumerate() {
                let name = format!("{who}{at}");
                let execution = people.ask(&[&name], json!({ "deadline": { "afterSeconds": 3600 } })).await;
                let link = people.asked(&name).await;
                people.time_passes(&link, HOUR).await;
                dies(people, call, &fault).await;
                if !matches!(people.state_of(&name).await.status, Status::Settled { .. }) {
                    people.sweep_after_the_lease(&name).await;
                }
                people.fails(&execution, "Bridge.Expired").await;
                assert!(matches!(people.state_of(&name).await.status, Status::Settled { decision: Some(_), .. }));
                assert_eq!(people.sweep().await, 0);
            }
        }
        // Twice Step Functions was told what it had been told by a sweep that died.
        let refused: Vec<_> = people.answers().into_iter().flatten().collect();
        assert_eq!((people.answers().len(), refused), (12, vec!["TaskTimedOut".to_owned(); 2]));
    });
}

/// Nobody knows whether SES has sent a mail, so it is sent again, with the same link.
#[test]
fn a_mail_that_a_dead_sweep_has_sent_is_sent_again() {
    run("dead-sweep-mail", async |people| {
        people.inject_call("TransactWriteItems", CallFault::KillBeforeReply);
        people.inject("OpenCallbackFunction", Fault::ComeAgainAtOnce);
        let execution = people.ask(&["alice"], json!({})).await;
        people.parked(1).await;
        dies(people, (MAIL, 0), &CallFault::KillBeforeReply).await;
        assert_eq!(people.sweep().await, 0, "its lease is not over");
        people.sweep_after_the_lease("alice").await;
        let mails = people.mails_to("alice").await;
        assert_eq!((mails.len(), mails[0].link()), (2, mails[1].link()));
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
    });
}
