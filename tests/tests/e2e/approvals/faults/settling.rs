//! Step Functions does not take a decision when it is made.

use callback_bridge_local::CallFault;
use callbacks::Status;
use serde_json::json;

use super::super::bench::{run, shows};

#[test]
fn a_decision_that_is_throttled_or_does_not_get_through_is_told_later() {
    run("not-told", async |people| {
        for (name, fault) in [
            ("alice", CallFault::throttle()),
            ("bob", CallFault::refuse(503, "ServiceUnavailable")),
            ("carol", CallFault::ResetBeforeCall),
        ] {
            let execution = people.ask(&[name], json!({})).await;
            people.asked(name).await;
            let refusing = people.inject_lasting_call("SendTaskSuccess", fault);
            let recorded = ["Your answer is recorded", "The process that waits for it is being told."];
            shows(&people.decide(name, "approve", "").await, 200, &recorded);
            // Once more it is told in vain.
            people.sweep_after_the_lease(name).await;
            assert!(people.is_running(&execution).await);
            let state = people.state_of(name).await;
            assert!(matches!(state.status, Status::Decided(_)) && state.settle_tries == 2, "{state:?}");
            refusing.take_back();
            assert_eq!(people.sweep().await, 0, "it is too early");
            people.sweep_after_the_lease(name).await;
            assert_eq!(people.succeeds(&execution).await["decision"], "approved");
            shows(&people.open(name).await, 200, &["The process that waited for it goes on."]);
        }
        assert_eq!(people.answers(), [None, None, None]);
    });
}

/// The page can't know what Step Functions did, and does not say that it went wrong.
#[test]
fn a_decision_whose_acceptance_is_not_heard_of_is_told_again_and_refused() {
    run("unheard", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        people.asked("alice").await;
        people.inject_call("SendTaskSuccess", CallFault::ResetBeforeReply);
        shows(&people.decide("alice", "approve", "").await, 200, &["Your answer is recorded", "is being told"]);
        assert_eq!(people.succeeds(&execution).await["decision"], "approved");
        people.sweep_after_the_lease("alice").await;
        assert_eq!(people.answers(), [None, Some("TaskTimedOut".to_owned())]);
        shows(&people.open("alice").await, 200, &["The process that waited for it goes on."]);
    });
}
