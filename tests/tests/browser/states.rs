//! What a link shows in the course of time, on the running stack, to somebody with a phone.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, Sample};
use callback_bridge_tests::browser::{Browser, Key, Tab, TabOptions};
use callbacks::{CapabilityLink, LinkKeys, Recipient};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    approval::{reads, send},
    bench::{PATIENCE, run},
    keyboard::{at, is},
    pages::{fits, pictures},
    people::{People, stack},
    table::items,
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

/// Sweeps until what a link leads to can't be answered any more.
async fn is_over(people: &People<'_>, link: &str) {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let swept = people.sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap();
        assert_eq!(swept.error, None);
        if people.browser.open(link).await.unwrap().status == 410 {
            return;
        }
        assert!(Instant::now() < give_up, "it can still be answered");
        sleep(Duration::from_millis(100)).await;
    }
}

/// The link of the first approver of the only question, whether or not a mail went out before its end.
async fn link_to_the_only_one(sample: &Sample) -> String {
    let give_up = Instant::now() + PATIENCE;
    let id = loop {
        if let Some(item) = items(sample).await.first() {
            break item["pk"].as_s().unwrap().strip_prefix("callback#").unwrap().parse().unwrap();
        }
        assert!(Instant::now() < give_up, "nothing is parked");
        sleep(Duration::from_millis(25)).await;
    };
    let secret = sample.bridge.description().resource("LinkKeys").unwrap();
    let keys = sample.bridge.secrets_manager().get_secret_value().secret_id(secret).send().await.unwrap();
    let keys = LinkKeys::read(&keys.secret_string.unwrap()).unwrap();
    let link = CapabilityLink::new(&keys, id, Recipient { approver: 0, generation: 0 });
    format!("{}/c/{}", sample.bridge.api_url(), link.secret())
}

#[test]
fn every_end_of_a_question_is_told() {
    run(stack("browser-ends"), Duration::ZERO, async |sample| {
        let people = People::of(sample);
        let browser = Browser::launch().await.unwrap();
        let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();

        let execution = people.ask(&["alice"], json!({ "deadline": { "afterSeconds": 1 } })).await;
        let link = link_to_the_only_one(sample).await;
        is_over(&people, &link).await;
        shows(&tab, &link, "expired", &["The time to decide is over", "so the request failed"]).await;
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().error.as_deref(), Some("Bridge.Expired"));

        let execution = people.ask(&["bob", "carol"], json!({ "policy": { "approvals": "all" } })).await;
        let link = people.link_of("bob").await;
        shows(&tab, &link, "open", &["Your decision is needed", "The approval of all 2 who are asked."]).await;
        people.decide("carol", "approve", "as always").await;
        shows(&tab, &link, "open-one-approved", &["Your decision is needed", "Approved", "No answer yet"]).await;
        let waiting = ["Your answer is recorded", "1 of 2 approvals so far. Others can still decide."];
        shows(&tab, &people.link_of("carol").await, "recorded-waiting", &waiting).await;
        people.decide("bob", "approve", "").await;
        shows(&tab, &link, "recorded", &["Your answer is recorded", "The request is approved."]).await;
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);

        people.ask(&["dave", "erin"], json!({})).await;
        people.decide("dave", "reject", "Too risky.").await;
        let by = people.address("dave");
        let rejected = ["Already rejected", &by, "Rejected", "No answer"];
        shows(&tab, &people.link_of("erin").await, "decided", &rejected).await;

        let execution = people.ask(&["frank"], json!({})).await;
        let link = people.link_of("frank").await;
        tab.open(&link).await.unwrap();
        let reference = tab.evaluate("document.querySelector('footer code').innerText").await.unwrap();
        let withdrawal =
            json!({ "callbackId": reference, "by": "Grace", "reason": "Kato Ltd needs no loan any more." });
        let order = json!({ "withdraw": withdrawal }).to_string();
        assert_eq!(sample.bridge.invoke("SweepCallbacksFunction", order).await.unwrap().error, None);
        let withdrawn = ["This request was withdrawn", "Grace", "Kato Ltd needs no loan any more."];
        shows(&tab, &link, "withdrawn", &withdrawn).await;
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().error.as_deref(), Some("Bridge.Withdrawn"));

        let approval = json!({ "title": "Who waits?", "approvers": [people.address("heidi")] });
        let execution = people.send(json!({ "heartbeatSeconds": 3, "approval": approval })).await;
        let link = people.link_of("heidi").await;
        sample.bridge.sfn().stop_execution().execution_arn(execution).send().await.unwrap();
        is_over(&people, &link).await;
        shows(&tab, &link, "nobody-waits", &["Nobody waits for this decision any more"]).await;

        let unknown = format!("{}x", link.trim_end_matches(char::is_alphanumeric));
        shows(&tab, &unknown, "unknown-link", &["This link leads nowhere"]).await;
        browser.close().await.unwrap();
    });
}

#[test]
fn trouble_with_the_table_is_told_and_loses_nothing_that_was_typed() {
    run(stack("browser-trouble"), Duration::ZERO, async |sample| {
        let people = People::of(sample);
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.link_of("alice").await;
        let browser = Browser::launch().await.unwrap();
        let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
        let faults = sample.bridge.proxy().faults();
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
        let output: Value = sample.end_of(&execution, PATIENCE).await.unwrap().output.unwrap();
        assert_eq!(
            (&output["decision"], &output["answers"][0]["comment"]),
            (&json!("approved"), &json!("Typed once."))
        );
        browser.close().await.unwrap();
    });
}
