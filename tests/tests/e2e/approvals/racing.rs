//! What happens at once happens once.

use std::collections::BTreeMap;

use callback_bridge_local::{CallFault, Fault};
use serde_json::json;
use tokio::task::JoinSet;

use super::bench::{run, shows};

#[test]
fn two_who_decide_at_once_make_one_decision() {
    run("two-at-once", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({})).await;
        let (alice, bob) = (people.open("alice").await, people.open("bob").await);
        let pages = tokio::join!(people.fill_in(&alice, "approve", ""), people.fill_in(&bob, "reject", ""));
        let output = people.succeeds(&execution).await;
        let winner = output["answers"][0]["by"].as_str().unwrap();
        let alice_won = winner == people.address("alice");
        let (won, lost) = if alice_won { pages } else { (pages.1, pages.0) };
        shows(&won, 200, &["Your answer is recorded"]);
        shows(&lost, 409, &["Your answer was not counted: it came after the decision.", winner]);
        assert_eq!(output["decision"], if alice_won { "approved" } else { "rejected" });
        assert_eq!(output["answers"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_form_that_is_sent_ten_times_at_once_is_one_answer() {
    run("ten-at-once", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({ "policy": { "approvals": "all" } })).await;
        let page = people.open("alice").await;
        let form = page.form().unwrap().choose("choice", "approve").unwrap();
        let mut sent = JoinSet::new();
        for _ in 0..10 {
            let (browser, page, form) = (people.browser.clone(), page.clone(), form.clone());
            sent.spawn(async move { browser.send(&page, &form).await.unwrap() });
        }
        for page in sent.join_all().await {
            shows(&page, 200, &["Your answer is recorded", "1 of 2 approvals so far."]);
        }
        people.decide("bob", "approve", "").await;
        assert_eq!(people.succeeds(&execution).await["answers"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn two_sweeps_at_once_send_each_mail_once() {
    run("two-sweeps", async |people| {
        let names = ["alice", "bob", "carol"];
        let open_callback = &people.sample.bridge.function("OpenCallbackFunction").unwrap().name;
        let mut executions = Vec::new();
        for name in names {
            // Its mails are left to the sweep.
            people.sample.bridge.proxy().faults().inject("TransactWriteItems", CallFault::KillBeforeReply);
            people.sample.bridge.host().faults().inject(open_callback, Fault::ComeAgainAtOnce);
            executions.push((name, people.ask(&[name], json!({})).await));
            people.parked(executions.len()).await;
        }
        assert_eq!(people.mails().await, []);
        let (one, other) = tokio::join!(people.sweep(), people.sweep());
        assert_eq!(one + other, 3);
        let mut mails = BTreeMap::<_, u32>::new();
        for mail in people.mails().await {
            *mails.entry(mail.to[0].clone()).or_default() += 1;
        }
        assert_eq!(mails, names.map(|name| (people.address(name), 1)).into());
        for (name, execution) in executions {
            people.decide(name, "approve", "").await;
            people.succeeds(&execution).await;
        }
    });
}
