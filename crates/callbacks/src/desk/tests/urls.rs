//! Tasks that are answered by the URLs of actions.

use serde_json::json;

use super::*;
use crate::{CreateError, MachineAnswer, Recipient, Source, urls::Actions};

fn bench() -> Bench {
    Bench::new(MemoryStore::default(), RecordingCallbacks::default())
}

fn actions(expiration: Option<&str>) -> Actions {
    let mut stored = json!({
        "transactionId": "0123456789abcdef0123456789abcdef",
        "actions": [
            { "name": "approve", "type": "success", "output": { "paid": true } },
            { "name": "reject", "type": "failure", "error": "rejected", "cause": "Alice rejected it" },
        ],
    });
    if let Some(expiration) = expiration {
        stored["expiration"] = expiration.into();
    }
    serde_json::from_value(stored).unwrap()
}

async fn links(bench: &Bench, expiration: Option<&str>) -> Vec<CapabilityLink> {
    bench.desk.create_urls(token(), &actions(expiration)).await.unwrap()
}

/// What becomes of the answer that a link stands for.
async fn called(bench: &Bench, link: &CapabilityLink, answer: MachineAnswer) -> Result<Answered, HearError> {
    let link = bench.desk.verified(&link.secret()).unwrap();
    let (callback, set, action) = bench.desk.action(&link).await.unwrap().expect("it leads to an action");
    let (transaction_id, outcome) = (set.transaction_id().to_string(), set.get(action).unwrap().name().to_owned());
    bench.desk.hear(callback, &answer, &Source::Url { transaction_id, outcome }).await
}

fn approved() -> MachineAnswer {
    MachineAnswer::Success { output: json!({ "paid": true }) }
}

fn rejected() -> MachineAnswer {
    MachineAnswer::Failure { error: Some("rejected".to_owned()), cause: Some("Alice rejected it".to_owned()) }
}

#[tokio::test]
async fn the_first_url_that_is_called_answers_and_the_same_again_says_so() {
    let bench = bench();
    let links = links(&bench, None).await;
    assert_eq!(links.len(), 2);
    assert!(!called(&bench, &links[1], rejected()).await.unwrap().before);
    let answers = bench.callbacks.answers();
    assert!(
        matches!(&answers[..], [Answer::Failure(failure)] if failure.error() == "rejected"
        && failure.cause() == "Alice rejected it"),
        "{answers:?}"
    );
    assert!(called(&bench, &links[1], rejected()).await.unwrap().before);
    assert!(matches!(called(&bench, &links[0], approved()).await, Err(HearError::NotTaken(..))));
    assert_eq!(bench.callbacks.answers().len(), 1);
    assert!(bench.outside.sent().is_empty() && bench.outside.calls().is_empty(), "the bridge asks nobody");
}

#[tokio::test]
async fn a_second_call_for_the_same_task_adds_urls_to_the_same_callback() {
    let bench = bench();
    let first = links(&bench, Some("2026-11-22T11:00:00Z")).await;
    let second = links(&bench, Some("2026-11-22T13:00:00Z")).await;
    assert!(first.iter().chain(&second).all(|link| link.id() == id()));
    assert_eq!(second[0].recipient(), Recipient::Action { set: 1, action: 0 });
    bench.clock.advance(Duration::from_hours(2));
    bench.sweep().await;
    assert_eq!(bench.state().status, Status::Pending, "the second call has more time");
    called(&bench, &second[0], approved()).await.unwrap();
    assert_eq!(outputs(&bench), [json!({ "paid": true })]);
    let late = links(&bench, None).await;
    assert!(matches!(called(&bench, &late[1], rejected()).await, Err(HearError::NotTaken(..))));
}

#[tokio::test]
async fn a_task_whose_urls_have_all_expired_is_failed_by_the_sweep() {
    let bench = bench();
    links(&bench, Some("2026-11-22T11:00:00Z")).await;
    bench.clock.advance(Duration::from_hours(2));
    bench.sweep().await;
    let answers = bench.callbacks.answers();
    assert!(matches!(&answers[..], [Answer::Failure(failure)] if failure.error() == "Bridge.Expired"), "{answers:?}");
    assert!(bench.state().token.is_none());
}

#[tokio::test]
async fn whoever_is_asked_otherwise_gets_no_urls() {
    let bench = bench();
    bench.opened(json!({})).await.unwrap();
    let refused = bench.desk.create_urls(token(), &actions(None)).await.unwrap_err();
    assert!(matches!(refused, CreateError::AskedOtherwise("approval")), "{refused}");
    assert!(refused.to_string().contains("waits for its approval already"));
}

/// Whatever is lost on the way, a call that is made again has URLs that lead somewhere.
#[tokio::test]
async fn a_call_whose_reply_was_lost_can_be_made_again() {
    for nth in 0..3 {
        for lost in [Lost::Written, Lost::NotWritten] {
            let bench = bench();
            links(&bench, None).await;
            let mut calls = 0;
            bench.store.fail_when(move |_| {
                calls += 1;
                calls == nth + 1
            });
            drop(bench.store.clone().losing([lost]));
            for _ in 0..2 {
                if let Ok(links) = bench.desk.create_urls(token(), &actions(None)).await {
                    called(&bench, &links[0], approved()).await.ok();
                }
            }
            bench.store.recover();
            let links = links(&bench, None).await;
            assert!(called(&bench, &links[0], approved()).await.is_ok(), "{nth} {lost:?}");
            assert_eq!(outputs(&bench), [json!({ "paid": true })]);
        }
    }
}

#[tokio::test]
async fn a_url_leads_nowhere_else() {
    let bench = bench();
    let links = links(&bench, None).await;
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    for recipient in [
        Recipient::Action { set: 0, action: 2 },
        Recipient::Action { set: 1, action: 0 },
        Recipient::Approver(0),
        Recipient::Destination,
    ] {
        let link = CapabilityLink::new(&keys, id(), recipient, 0);
        assert!(bench.desk.action(&link).await.unwrap().is_none(), "{recipient:?}");
    }
    assert!(bench.desk.action(&links[1]).await.unwrap().is_some());
}
