//! What time does to a question: it is repeated, it ends, or nobody waits for it any more.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge::Disposition;
use callbacks::Status;
use serde_json::json;
use tokio::time::Instant;

use super::bench::{People, run, shows};
use crate::bench::PATIENCE;

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn those_are_reminded_who_have_not_answered() {
    run("reminder", async |people| {
        let question = json!({ "policy": { "approvals": "all" }, "remindAfterSeconds": [3600] });
        let execution = people.ask(&["alice", "bob"], question).await;
        let link = people.asked("alice").await;
        people.decide("alice", "approve", "").await;
        assert_eq!(people.sweep().await, 0, "it is too early");
        people.time_passes(&link, HOUR).await;
        assert_eq!([people.sweep().await, people.sweep().await], [1, 0]);
        let mails = people.mails_to("bob").await;
        assert_eq!((mails.len(), people.mails_to("alice").await.len()), (2, 1));
        assert!(mails[1].subject.contains("Reminder"), "{}", mails[1].subject);
        assert_eq!(mails[0].link(), mails[1].link());
        people.decide("bob", "approve", "").await;
        people.succeeds(&execution).await;
    });
}

#[test]
fn a_question_that_nobody_answers_ends_as_it_says() {
    run("expiry", async |people| {
        let until = |then: &str| json!({ "deadline": { "afterSeconds": 3600, "then": then } });
        let failing = people.ask(&["alice"], until("fail")).await;
        let approving = people.ask(&["bob"], until("approve")).await;
        let rejecting = people.ask(&["carol"], until("reject")).await;
        let mut refused = until("reject");
        refused["onReject"] = json!("fail");
        let refusing = people.ask(&["dave"], refused).await;
        for name in ["alice", "bob", "carol", "dave"] {
            let link = people.asked(name).await;
            people.time_passes(&link, HOUR).await;
        }
        for execution in [&failing, &approving, &rejecting, &refusing] {
            sweep_until_it_ends(people, execution).await;
        }
        assert!(
            people.fails(&failing, "Bridge.Expired").await["message"]
                .as_str()
                .unwrap()
                .contains("nobody decided until")
        );
        for (execution, decision) in [(&approving, "approved"), (&rejecting, "rejected")] {
            let output = people.succeeds(execution).await;
            assert_eq!((&output["decision"], &output["answers"]), (&json!(decision), &json!([])));
        }
        people.fails(&refusing, "Bridge.Rejected").await;
    });
}

/// Here time really passes. Who comes first, the mail or the deadline, is open: the silence of whom nobody has asked fails the
/// task, too.
#[test]
fn the_clock_alone_ends_a_question() {
    run("expiry-by-the-clock", async |people| {
        let execution = people.ask(&["alice"], json!({ "deadline": { "afterSeconds": 1, "then": "fail" } })).await;
        sweep_until_it_ends(people, &execution).await;
        let cause = people.fails(&execution, "Bridge.Expired").await;
        assert!(cause["message"].as_str().unwrap().contains("nobody decided until"), "{cause}");
    });
}

/// What every minute brings, faster.
async fn sweep_until_it_ends(people: &People<'_>, execution: &str) {
    let give_up = Instant::now() + PATIENCE;
    while people.is_running(execution).await {
        assert!(Instant::now() < give_up, "it does not end");
        people.sweep().await;
    }
}

#[test]
fn an_answer_after_the_deadline_is_refused_before_and_after_the_sweep() {
    run("too-late", async |people| {
        let execution = people.ask(&["alice"], json!({ "deadline": { "afterSeconds": 3600 } })).await;
        let link = people.asked("alice").await;
        let form = people.open("alice").await;
        people.time_passes(&link, HOUR).await;
        shows(&people.fill_in(&form, "approve", "").await, 410, &["The time to decide is over"]);
        shows(&people.open("alice").await, 410, &["The time to decide is over"]);
        assert!(people.is_running(&execution).await, "nobody has swept");
        assert!(people.callback(&link).await.state.answers.is_empty());
        people.sweep().await;
        people.fails(&execution, "Bridge.Expired").await;
        shows(&people.fill_in(&form, "approve", "").await, 410, &["so the request failed"]);
        shows(&people.open("alice").await, 410, &["so the request failed"]);
    });
}

#[test]
fn a_question_is_taken_back() {
    run("withdraw", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.asked("alice").await;
        let report = people.withdraw(&link, "carol", "the customer has <left>").await;
        assert_eq!((&report["decision"]["kind"], &report["settled"]), (&json!("withdrawn"), &json!(true)));
        let cause = people.fails(&execution, "Bridge.Withdrawn").await;
        assert_eq!(cause["message"], "withdrawn by carol: the customer has <left>");
        let page = people.open("alice").await;
        shows(&page, 410, &["This request was withdrawn", "carol", "the customer has &#60;left&#62;"]);
        let again = people.withdraw(&link, "dave", "me, too").await;
        assert_eq!(again, report, "the first one counts");
    });
}

#[test]
fn a_decision_that_nobody_waits_for_any_more_is_recorded_all_the_same() {
    run("nobody-waits", async |people| {
        let stopped = people.ask(&["alice"], json!({})).await;
        let timed_out = json!({ "approval": people.question(&["bob"], json!({})) });
        let timed_out = people.send_in(json!({ "TimeoutSeconds": 1 }), timed_out).await;
        people.sample.bridge.sfn().stop_execution().execution_arn(&stopped).send().await.unwrap();
        for (execution, name) in [(&stopped, "alice"), (&timed_out, "bob")] {
            let ended = people.sample.end_of(execution, PATIENCE).await.unwrap();
            assert_ne!(ended.status, ExecutionStatus::Succeeded);
            let page = people.decide(name, "approve", "").await;
            shows(&page, 200, &["Your answer is recorded", "the process that asked for it had stopped waiting"]);
            let state = people.callback(&people.link_of(name).await).await.state;
            assert!(matches!(
                state.status,
                Status::Settled { decision: Some(_), disposition: Disposition::Closed, .. }
            ));
            shows(
                &people.open(name).await,
                200,
                &["The request is approved. But the decision came too late to matter"],
            );
        }
    });
}
