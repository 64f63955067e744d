//! The table is in trouble while somebody answers.

use callback_bridge_local::CallFault;
use serde_json::json;

use super::super::bench::{run, shows};

fn unavailable() -> CallFault {
    CallFault::refuse(500, "InternalServerError")
}

#[test]
fn an_answer_that_is_not_written_is_given_back_to_be_sent_again() {
    run("table-before", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        people.asked("alice").await;
        let form = people.open("alice").await;
        let failing = people.inject_lasting_call("UpdateItem", unavailable());
        let page = people.fill_in(&form, "approve", "as I typed it").await;
        shows(&page, 503, &["Send your decision again", "as I typed it</textarea>"]);
        failing.take_back();
        assert_eq!(people.sweep().await, 0);
        assert!(people.is_running(&execution).await, "nothing was recorded");
        shows(&people.fill_in(&page, "approve", "as I typed it").await, 200, &["Your answer is recorded"]);
        assert_eq!(people.succeeds(&execution).await["answers"][0]["comment"], "as I typed it");
    });
}

#[test]
fn an_answer_whose_write_is_not_heard_of_is_recorded() {
    run("table-after", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        people.asked("alice").await;
        let form = people.open("alice").await;
        let unheard = people.inject_lasting_call("UpdateItem", CallFault::ResetBeforeReply);
        let page = people.fill_in(&form, "approve", "").await;
        shows(&page, 200, &["Your answer is recorded", "The process that waits for it is being told."]);
        unheard.take_back();
        assert_eq!(people.sweep().await, 1);
        assert_eq!(people.succeeds(&execution).await["decision"], "approved");
    });
}

#[test]
fn where_nobody_knows_whether_an_answer_is_recorded_the_page_says_so() {
    run("table-unknown", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        people.asked("alice").await;
        let form = people.open("alice").await;
        let unheard = people.inject_lasting_call("UpdateItem", CallFault::ResetBeforeReply);
        people.spare_call("Query"); // that of the link
        let unreadable = people.inject_lasting_call("Query", unavailable());
        shows(&people.fill_in(&form, "approve", "").await, 503, &["whether your decision is recorded cannot be told"]);
        shows(&people.open("alice").await, 503, &["Nothing was changed."]);
        unheard.take_back();
        unreadable.take_back();
        shows(&people.fill_in(&form, "approve", "").await, 200, &["Your answer is recorded"]);
        people.sweep().await;
        assert_eq!(people.succeeds(&execution).await["answers"].as_array().unwrap().len(), 1);
    });
}
