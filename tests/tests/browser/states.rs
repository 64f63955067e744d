//! What a link shows in the course of time, on the running stack, to somebody with a phone.

use std::time::Duration;

use callback_bridge_local::CallFault;
use callback_bridge_tests::browser::{Browser, Key, Tab, TabOptions};
use serde_json::json;

use crate::{
    approval::{reads, send},
    approvals::bench::run,
    keyboard::{at, is},
    pages::{fits, pictures},
};

/// Opens a link, reads, and keeps pictures.
async fn shows(tab: &Tab, link: &str, name: &str, said: &[&str]) {
    tab.open(link).await.unwrap();
    keeps(tab, name, said).await;
}

/// Reads the page that is open, and keeps pictures.
async fn keeps(tab: &Tab, name: &str, said: &[&str]) {
    reads(tab, said).await;
    fits(tab, name).await;
    pictures(tab, &format!("stack-{name}")).await;
}

#[test]
fn every_end_of_a_question_is_told() {
    run("browser-ends", async |people| {
        let browser = Browser::launch().await.unwrap();
        let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();

        let execution = people.ask(&["alice"], json!({ "deadline": { "afterSeconds": 3000 } })).await;
        let link = people.asked("alice").await;
        people.time_passes(&link, Duration::from_mins(50)).await;
        people.sweep().await;
        shows(&tab, &link, "expired", &["The time to decide is over", "so the request failed"]).await;
        people.fails(&execution, "Bridge.Expired").await;

        let execution = people.ask(&["bob", "carol"], json!({ "policy": { "approvals": "all" } })).await;
        let link = people.link_of("bob").await;
        shows(&tab, &link, "open", &["Your decision is needed", "The approval of all 2 who are asked."]).await;
        people.decide("carol", "approve", "as always").await;
        shows(&tab, &link, "open-one-approved", &["Your decision is needed", "Approved", "No answer yet"]).await;
        let waiting = ["Your answer is recorded", "1 of 2 approvals so far. Others can still decide."];
        shows(&tab, &people.link_of("carol").await, "recorded-waiting", &waiting).await;
        people.decide("bob", "approve", "").await;
        shows(&tab, &link, "recorded", &["Your answer is recorded", "The request is approved."]).await;
        people.succeeds(&execution).await;

        people.ask(&["dave", "erin"], json!({ "policy": { "veto": true } })).await;
        people.decide("dave", "reject", "Too risky.").await;
        let by = people.address("dave");
        let rejected = ["Already rejected", &by, "Rejected", "No answer"];
        shows(&tab, &people.link_of("erin").await, "decided", &rejected).await;

        let execution = people.ask(&["frank"], json!({})).await;
        let link = people.asked("frank").await;
        people.withdraw(&link, "Grace", "Kato Ltd needs no loan any more.").await;
        let withdrawn = ["This request was withdrawn", "Grace", "Kato Ltd needs no loan any more."];
        shows(&tab, &link, "withdrawn", &withdrawn).await;
        people.fails(&execution, "Bridge.Withdrawn").await;

        // Without a heartbeat, that an execution has ended is found out by the answer.
        let execution = people.ask(&["heidi"], json!({})).await;
        let link = people.asked("heidi").await;
        people.sample.bridge.sfn().stop_execution().execution_arn(execution).send().await.unwrap();
        people.decide("heidi", "approve", "").await;
        shows(&tab, &link, "recorded-too-late", &["Your answer is recorded", "came too late to matter"]).await;

        let approval = people.question(&["ivan"], json!({}));
        let message = json!({ "heartbeatSeconds": 180, "approval": approval });
        let execution = people.send_in(json!({ "HeartbeatSeconds": 180 }), message).await;
        let link = people.asked("ivan").await;
        people.sample.bridge.sfn().stop_execution().execution_arn(execution).send().await.unwrap();
        people.time_passes(&link, Duration::from_mins(1)).await;
        people.sweep().await;
        shows(&tab, &link, "nobody-waits", &["Nobody waits for this decision any more"]).await;

        let unknown = format!("{}x", &link[..link.len() - 3]);
        shows(&tab, &unknown, "unknown-link", &["This link leads nowhere"]).await;
        browser.close().await.unwrap();
    });
}

#[test]
fn trouble_with_the_table_is_told_and_loses_nothing_that_was_typed() {
    run("browser-trouble", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.link_of("alice").await;
        let browser = Browser::launch().await.unwrap();
        let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
        let faults = people.sample.bridge.proxy().faults();
        let denied = CallFault::refuse(400, "AccessDeniedException");

        let trouble = faults.inject_lasting("Query", denied.clone());
        shows(&tab, &link, "unavailable", &["Try again in a minute", "Nothing was changed."]).await;
        trouble.take_back();

        tab.open(&link).await.unwrap();
        let trouble = faults.inject_lasting("UpdateItem", denied);
        for key in [Key::Tab, Key::Space, Key::Tab] {
            tab.press(key).await.unwrap();
        }
        tab.type_text("Typed once.").await.unwrap();
        tab.press(Key::Tab).await.unwrap();
        send(&tab).await;
        keeps(&tab, "not-recorded", &["Your decision is not recorded", "What you typed is still here."]).await;
        let elements = tab.elements().await.unwrap();
        let typed = elements.iter().find(|element| element.role == "textbox").unwrap();
        assert_eq!(typed.value, "Typed once.");
        trouble.take_back();

        while at(&tab).await != is("button", "Send your decision") {
            tab.press(Key::Tab).await.unwrap();
        }
        send(&tab).await;
        reads(&tab, &["Your answer is recorded", "Typed once."]).await;
        let output = people.succeeds(&execution).await;
        assert_eq!(
            (&output["decision"], &output["answers"][0]["comment"]),
            (&json!("approved"), &json!("Typed once."))
        );
        browser.close().await.unwrap();
    });
}
