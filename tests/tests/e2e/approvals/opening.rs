//! Links are opened by people, and by programs that look for harm in mails. Opening them changes nothing.

use std::collections::BTreeSet;

use reqwest::{Client, StatusCode};
use serde_json::json;

use super::bench::{run, shows};

#[test]
fn to_open_a_link_reads_and_does_nothing_else() {
    run("open", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.asked("alice").await;
        let before = people.callback(&link).await;
        let client = Client::builder().no_proxy().build().unwrap();
        for _ in 0..3 {
            shows(&people.open("alice").await, 200, &["Your decision is needed"]);
            let head = client.head(&link).send().await.unwrap();
            assert_eq!((head.status(), &*head.bytes().await.unwrap()), (StatusCode::OK, &b""[..]));
        }
        assert_eq!(people.callback(&link).await, before);
        let receive_callback = &people.sample.bridge.function("ReceiveCallbackFunction").unwrap().name;
        let calls = people.sample.bridge.proxy().calls().items().into_iter();
        let calls = calls.filter(|call| call.caller.as_deref() == Some(receive_callback));
        let called: BTreeSet<String> = calls.map(|call| call.operation.to_string()).collect();
        assert_eq!(called, ["GetSecretValue", "Query"].map(str::to_owned).into());
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
    });
}

#[test]
fn every_wrong_link_leads_to_the_same_page() {
    run("wrong-links", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({})).await;
        let link = people.asked("alice").await;
        let (start, secret) = link.rsplit_once('.').unwrap();
        let other = people.link_of("bob").await;
        let (base, _) = link.split_once("/c/").unwrap();
        let mut pages = BTreeSet::new();
        for wrong in [
            format!("{start}.{}", "A".repeat(secret.len())),
            format!("{start}.{}", other.rsplit('.').next().unwrap()),
            format!("{start}."),
            start.to_owned(),
            format!("{link}A"),
            format!("{base}/c/anything"),
        ] {
            let page = people.browser.open(&wrong).await.unwrap();
            shows(&page, 404, &["This link leads nowhere"]);
            pages.insert(page.html);
        }
        assert_eq!(pages.len(), 1);
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
    });
}

#[test]
fn a_form_that_another_site_sends_is_refused() {
    run("cross-site", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.asked("alice").await;
        let form = people.open("alice").await.form().unwrap().choose("choice", "approve").unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let sent = client.post(&link).header("sec-fetch-site", "cross-site").form(&form.fields).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::FORBIDDEN);
        assert!(people.is_running(&execution).await && people.callback(&link).await.state.answers.is_empty());
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
    });
}
