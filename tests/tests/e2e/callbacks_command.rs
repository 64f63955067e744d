//! `callback-bridge callbacks`, as people call it, beside a running stack.

use std::process::Output;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, command};
use callback_bridge_tests::repository;
use serde_json::{Value, json};

use crate::{
    approvals::{People, bench::run},
    bench::{PATIENCE, TOKEN},
};

/// What Step Functions replies without the grant.
const DENIED: CallFault = CallFault::refuse(400, "com.amazon.coral.service#AccessDeniedException");

/// What the command line does, with these words behind `callbacks`, for the stack of these people.
async fn run_command(people: &People<'_>, words: &[&str]) -> Output {
    let endpoint = people.sample.bridge.region().aws().endpoint();
    let mut command = command(repository().join("target/debug/callback-bridge"), Some(endpoint));
    command.arg("callbacks").args(words).args(["--stack", &people.sample.bridge.description().stack]);
    let output = command.output().await.unwrap();
    for told in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(told).contains(TOKEN), "{words:?} tells a token");
    }
    output
}

/// What a command tells people that does what it should.
async fn tells(people: &People<'_>, words: &[&str]) -> String {
    let output = run_command(people, words).await;
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What it tells programs.
async fn json_of(people: &People<'_>, words: &[&str]) -> Value {
    serde_json::from_str(&tells(people, &[words, &["--output", "json"]].concat()).await).unwrap()
}

/// What a command says that is refused.
async fn refuses(people: &People<'_>, words: &[&str]) -> String {
    let output = run_command(people, words).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0), "{words:?}: {said}");
    said
}

/// The callback that a link leads to.
fn id(link: &str) -> String {
    link.rsplit('/').next().and_then(|link| link.split('.').next()).unwrap().to_owned()
}

#[test]
fn what_waits_is_listed_shown_told_again_withdrawn_and_settled_by_commands() {
    run("callbacks-command", async |people| {
        nobody_is_asked(people).await;
        let first = who_has_not_answered_is_told_again(people).await;
        a_question_is_taken_back(people, &first).await;
        what_was_denied_is_settled(people).await;
    });
}

async fn nobody_is_asked(people: &People<'_>) {
    assert_eq!(json_of(people, &["list"]).await, json!({ "callbacks": [] }));
    assert!(tells(people, &["list"]).await.contains("nothing waits"));
    let refused = refuses(people, &["show", "aTcvP3UjhKTPRTw6jeNnGg"]).await;
    assert!(refused.contains("there is no callback aTcvP3UjhKTPRTw6jeNnGg"), "{refused}");
}

/// Returns the execution that asks.
async fn who_has_not_answered_is_told_again(people: &People<'_>) -> String {
    let question = json!({ "policy": { "approvals": "all" }, "deadline": { "afterSeconds": 3000 } });
    let execution = people.ask(&["alice", "bob"], question).await;
    let link = people.asked("alice").await;
    people.link_of("bob").await;
    people.decide("alice", "approve", "she asked me to").await;
    let id = id(&link);

    let listed = json_of(people, &["list", "--asked", &people.address("bob"), "--due-within", "1h"]).await;
    let [row] = listed["callbacks"].as_array().unwrap().as_slice() else { panic!("one waits: {listed}") };
    assert_eq!((&row["callbackId"], &row["status"]), (&json!(id), &json!("waiting")));
    assert_eq!((&row["execution"], &row["asked"][0]["choice"]), (&json!(execution), &json!("approve")));
    assert!(!listed.to_string().contains("she asked me to"), "{listed}");
    let table = tells(people, &["list", "--execution", &execution]).await;
    for told in [&*id, "Loan 42", "alice@", ": approve", "bob@", "in 4", "waiting"] {
        assert!(table.contains(told), "{told}: {table}");
    }
    assert_eq!(json_of(people, &["list", "--status", "decided"]).await["callbacks"], json!([]));
    assert_eq!(json_of(people, &["list", "--due-within", "10m"]).await["callbacks"], json!([]));

    let shown = tells(people, &["show", &id]).await;
    assert!(shown.contains("she asked me to") && shown.contains("times told"), "{shown}");
    let secret = link.rsplit('.').next().unwrap();
    assert!(!shown.contains(secret), "{shown}");

    let told = tells(people, &["resend", &id, "--by", "carol"]).await;
    assert_eq!(told, format!("{} was told again\n", people.address("bob")));
    let mails = people.mails_to("bob").await;
    assert_eq!((mails.len(), people.mails_to("alice").await.len()), (2, 1));
    assert!(mails[1].subject.contains("Reminder") && mails[0].link() == mails[1].link(), "{}", mails[1].subject);
    let shown = json_of(people, &["show", &id]).await;
    assert_eq!((&shown["notices"][1]["sent"], &shown["answers"][0]["choice"]), (&json!(2), &json!("approve")));
    let refused = refuses(people, &["settle", &id]).await;
    assert!(refused.contains("nothing is decided yet"), "{refused}");
    execution
}

async fn a_question_is_taken_back(people: &People<'_>, execution: &str) {
    let id = id(&people.link_of("bob").await);
    let told = tells(people, &["withdraw", &id, "--reason", "asked twice"]).await;
    assert!(told.contains("Step Functions has taken it"), "{told}");
    let cause = people.fails(execution, "Bridge.Withdrawn").await;
    let by = cause["message"].as_str().unwrap();
    assert!(by.starts_with("withdrawn by user/") && by.ends_with(": asked twice"), "{by}");
    assert!(refuses(people, &["resend", &id]).await.contains("it has been decided already"));
    let settled = json_of(people, &["settle", &id]).await;
    assert_eq!((&settled["settled"], &settled["disposition"]), (&json!(true), &json!("settled")));
    let shown = json_of(people, &["show", &id]).await;
    assert_eq!((&shown["status"], &shown["decision"]["outcome"]["reason"]), (&json!("settled"), &json!("asked twice")));
    assert_eq!(json_of(people, &["list"]).await["callbacks"], json!([]), "it is over");
}

/// The grant is missing, and somebody mends it.
async fn what_was_denied_is_settled(people: &People<'_>) {
    let execution = people.ask(&["dora"], json!({})).await;
    let id = id(&people.asked("dora").await);
    let denying = people.sample.bridge.proxy().faults().inject_lasting("SendTaskSuccess", DENIED);
    people.decide("dora", "approve", "").await;
    let listed = tells(people, &["list", "--status", "decided"]).await;
    assert!(listed.contains(&id) && listed.contains("decided, not told"), "{listed}");
    let refused = refuses(people, &["settle", &id]).await;
    assert!(refused.contains("Step Functions has not taken that yet"), "{refused}");
    denying.take_back();
    let told = tells(people, &["settle", &id, "--by", "carol"]).await;
    assert!(told.contains("is approved, and settled; Step Functions has taken it"), "{told}");
    let ended = people.sample.end_of(&execution, PATIENCE).await.unwrap();
    assert_eq!(ended.status, ExecutionStatus::Succeeded);
    let refused = refuses(people, &["withdraw", &id, "--reason", "too late"]).await;
    assert!(refused.contains("is decided already: approved"), "{refused}");
}
