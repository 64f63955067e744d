//! What happens at once happens once.

use std::collections::BTreeMap;

use callback_bridge_local::{Call, CallEvent, CallFault, Fault};
use callbacks::SHARDS;
use serde_json::json;
use tokio::task::JoinSet;

use super::bench::{People, run, shows};
use crate::bench::PATIENCE;

/// Holds back what is read from the table until this many have read, so that they all know the same when they go on. The
/// next number is about what they read then.
async fn all_have_read(people: &People<'_>, reads: &[usize]) {
    let (faults, mut calls) = (people.sample.bridge.proxy().faults(), people.sample.bridge.proxy().calls().tail());
    // The next one is there before the one before it is taken back.
    let holding: Vec<_> = reads.iter().map(|_| faults.inject_lasting("Query", CallFault::HoldReply)).collect();
    let has_read = |call: &Call| &*call.operation == "Query" && matches!(call.what, CallEvent::Replied { .. });
    for (held, reads) in holding.into_iter().zip(reads) {
        for _ in 0..*reads {
            calls.find(PATIENCE, has_read).await.unwrap();
        }
        held.take_back();
    }
}

#[test]
fn two_who_decide_at_once_make_one_decision() {
    run("two-at-once", async |people| {
        // Either of them decides alone.
        let execution = people.ask(&["alice", "bob"], json!({ "policy": { "veto": true } })).await;
        people.asked("bob").await;
        let (alice, bob) = tokio::join!(people.open("alice"), people.open("bob"));
        let sent = async { tokio::join!(people.fill_in(&alice, "approve", ""), people.fill_in(&bob, "reject", "")) };
        let ((), pages) = tokio::join!(all_have_read(people, &[2]), sent);
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
        people.asked("bob").await;
        let page = people.open("alice").await;
        let form = page.form().unwrap().choose("choice", "approve").unwrap();
        let ten = async {
            let mut sent = JoinSet::new();
            for _ in 0..10 {
                let (browser, page, form) = (people.browser.clone(), page.clone(), form.clone());
                sent.spawn(async move { browser.send(&page, &form).await.unwrap() });
            }
            sent.join_all().await
        };
        let ((), pages) = tokio::join!(all_have_read(people, &[10]), ten);
        for page in pages {
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
        let _nothing_yet = tokio::join!(people.sweep(), people.sweep()); // so that both have started
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
        let sweeps = async { tokio::join!(people.sweep(), people.sweep()) };
        // Each of them asks the index for all shards, and then the table for what is due.
        let reads = [2 * usize::from(SHARDS), 2 * names.len()];
        let ((), duties) = tokio::join!(all_have_read(people, &reads), sweeps);
        assert_eq!(duties.0 + duties.1, 3);
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
