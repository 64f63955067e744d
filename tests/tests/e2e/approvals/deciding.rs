//! What people decide is how the execution goes on.

use serde_json::json;

use super::bench::{run, shows};

#[test]
fn one_approval_is_the_output_of_the_task() {
    run("approve", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({})).await;
        let page = people.decide("bob", "approve", "a good customer").await;
        shows(&page, 200, &["Your answer is recorded", "The process that waited for it goes on."]);
        let output = people.succeeds(&execution).await;
        assert_eq!(output["decision"], "approved");
        let answer = &output["answers"][0];
        assert_eq!((&answer["by"], &answer["comment"]), (&json!(people.address("bob")), &json!("a good customer")));
    });
}

#[test]
fn a_rejection_is_an_output_or_a_failure_as_the_question_says() {
    run("reject", async |people| {
        let succeeding = people.ask(&["alice"], json!({})).await;
        let failing = people.ask(&["bob"], json!({ "onReject": "fail" })).await;
        for name in ["alice", "bob"] {
            shows(&people.decide(name, "reject", "too risky").await, 200, &["The request is rejected."]);
        }
        let output = people.succeeds(&succeeding).await;
        assert_eq!((&output["decision"], &output["answers"][0]["comment"]), (&json!("rejected"), &json!("too risky")));
        let cause = people.fails(&failing, "Bridge.Rejected").await;
        assert_eq!(cause["answers"][0]["by"], people.address("bob"));
    });
}

#[test]
fn two_of_three_have_to_approve() {
    run("two-of-three", async |people| {
        let execution = people.ask(&["alice", "bob", "carol"], json!({ "policy": { "approvals": 2 } })).await;
        let first = people.decide("carol", "approve", "").await;
        shows(&first, 200, &["Your answer is recorded", "1 of 2 approvals so far."]);
        assert!(people.is_running(&execution).await);
        people.decide("alice", "approve", "").await;
        let output = people.succeeds(&execution).await;
        let by = |at: usize| output["answers"][at]["by"].as_str().unwrap();
        assert_eq!([by(0), by(1)], [people.address("alice"), people.address("carol")]);
    });
}

#[test]
fn it_is_rejected_as_soon_as_enough_cannot_approve_any_more() {
    run("out-of-reach", async |people| {
        let execution = people.ask(&["alice", "bob", "carol"], json!({ "policy": { "approvals": 2 } })).await;
        shows(&people.decide("alice", "reject", "").await, 200, &["0 of 2 approvals so far."]);
        assert!(people.is_running(&execution).await);
        people.decide("bob", "reject", "").await;
        assert_eq!(people.succeeds(&execution).await["decision"], "rejected");
    });
}

#[test]
fn all_have_to_approve() {
    run("all", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({ "policy": { "approvals": "all" } })).await;
        people.decide("alice", "approve", "").await;
        assert!(people.is_running(&execution).await);
        people.decide("bob", "approve", "").await;
        assert_eq!(people.succeeds(&execution).await["decision"], "approved");
    });
}

#[test]
fn one_veto_is_enough() {
    run("veto", async |people| {
        let policy = json!({ "approvals": 1, "veto": true });
        let execution = people.ask(&["alice", "bob", "carol"], json!({ "policy": policy })).await;
        people.decide("carol", "reject", "never").await;
        let output = people.succeeds(&execution).await;
        assert_eq!((&output["decision"], output["answers"].as_array().unwrap().len()), (&json!("rejected"), 1));
    });
}

#[test]
fn who_requests_it_is_not_asked() {
    run("own-request", async |people| {
        let asked = json!({ "requestedBy": people.address("Alice") });
        let execution = people.ask(&["alice", "bob"], asked).await;
        people.decide("bob", "approve", "").await;
        people.succeeds(&execution).await;
        assert_eq!(people.mails_to("alice").await, []);
    });
}
