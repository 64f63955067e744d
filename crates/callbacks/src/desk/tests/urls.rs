//! Tasks that are answered by the URLs of actions.

use serde_json::{Value, json};

use super::*;
use crate::{
    CreateError, MachineAnswer, Recipient, Source,
    test_util::TableCall,
    urls::{Actions, TransactionId},
};

fn bench() -> Bench {
    Bench::new(MemoryStore::default(), RecordingCallbacks::default())
}

fn set(nth: u128, actions: &Value, expiration: Option<&str>) -> Actions {
    let mut stored = json!({ "transactionId": TransactionId::new(nth), "actions": actions });
    if let Some(expiration) = expiration {
        stored["expiration"] = expiration.into();
    }
    serde_json::from_value(stored).unwrap()
}

fn actions(nth: u128, expiration: Option<&str>) -> Actions {
    let actions = json!([
        { "name": "approve", "type": "success", "output": { "paid": true } },
        { "name": "reject", "type": "failure", "error": "rejected", "cause": "Alice rejected it" },
    ]);
    set(nth, &actions, expiration)
}

fn heartbeats(expiration: &str) -> Actions {
    set(9, &json!([{ "name": "still_here", "type": "heartbeat" }]), Some(expiration))
}

async fn links(bench: &Bench, nth: u128, expiration: Option<&str>) -> Vec<CapabilityLink> {
    bench.desk.create_urls(token(), &actions(nth, expiration)).await.unwrap()
}

/// What becomes of the answer that a link stands for.
async fn called(bench: &Bench, link: &CapabilityLink, answer: MachineAnswer) -> Result<Answered, HearError> {
    let link = bench.desk.verified(&link.secret()).unwrap();
    let (callback, set, action) = bench.desk.action(&link).await.unwrap().expect("it leads to an action");
    let (transaction_id, outcome) = (set.transaction_id(), set.get(action).unwrap().name().to_owned());
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
    let links = links(&bench, 1, None).await;
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
    let first = links(&bench, 1, Some("2026-11-22T11:00:00Z")).await;
    let second = links(&bench, 2, Some("2026-11-22T13:00:00Z")).await;
    assert!(first.iter().chain(&second).all(|link| link.id() == id()));
    assert_eq!(second[0].recipient(), Recipient::Action { set: TransactionId::new(2), action: 0 });
    bench.clock.advance(Duration::from_hours(2));
    bench.sweep().await;
    assert_eq!(bench.state().status, Status::Pending, "the second call has more time");
    called(&bench, &second[0], approved()).await.unwrap();
    assert_eq!(outputs(&bench), [json!({ "paid": true })]);
    let late = links(&bench, 3, None).await;
    assert!(matches!(called(&bench, &late[1], rejected()).await, Err(HearError::NotTaken(..))));
}

#[tokio::test]
async fn a_task_whose_urls_have_all_expired_is_failed_by_the_sweep() {
    let bench = bench();
    links(&bench, 1, Some("2026-11-22T11:00:00Z")).await;
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
    let refused = bench.desk.create_urls(token(), &actions(1, None)).await.unwrap_err();
    assert!(matches!(refused, CreateError::AskedOtherwise("approval")), "{refused}");
    assert!(refused.to_string().contains("waits for its approval already"));
}

#[tokio::test]
async fn what_urls_mean_is_kept_as_long_as_they_may_be_called_and_a_year_at_most() {
    for (expiration, until) in [
        (Some("2026-11-22T11:00:00Z"), "2026-11-22T11:00:00Z"),
        (Some("2099-12-31T00:00:00Z"), "2027-11-22T10:00:00Z"),
        (None, "2027-11-22T10:00:00Z"),
    ] {
        let bench = bench();
        links(&bench, 1, expiration).await;
        assert_eq!(bench.store.actions_kept_until(), [until.parse().unwrap()]);
    }
}

#[tokio::test]
async fn urls_that_can_answer_nothing_end_nothing_by_their_expiration() {
    let bench = bench();
    bench.desk.create_urls(token(), &heartbeats("2026-11-22T11:00:00Z")).await.unwrap();
    bench.clock.advance(Duration::from_hours(2));
    bench.sweep().await;
    assert_eq!((bench.state().status, bench.callbacks.answers().len()), (Status::Pending, 0));
    links(&bench, 1, Some("2026-11-22T13:00:00Z")).await;
    bench.clock.advance(Duration::from_hours(2));
    bench.sweep().await;
    assert_eq!(bench.callbacks.answers().len(), 1, "one that could answer it has expired");
}

/// Whoever has claimed it has found it expired; it is due again when it expires now, and not each time that a lease ends.
#[tokio::test]
async fn urls_that_are_created_while_a_sweep_has_claimed_the_task_put_its_deadline_off() {
    let bench = bench();
    links(&bench, 1, Some("2026-11-22T11:00:00Z")).await;
    bench.clock.advance(Duration::from_hours(1));
    let claimed = bench.state().claim(bench.desk.now(), Duration::from_secs(90)).unwrap().state;
    bench.store.write(id(), &State { version: claimed.version + 1, ..claimed }).await.unwrap();
    links(&bench, 2, Some("2026-11-22T20:00:00Z")).await;
    bench.clock.advance(Duration::from_mins(2));
    bench.sweep().await;
    assert_eq!(bench.state().due_at, Some("2026-11-22T20:00:00Z".parse().unwrap()));
    bench.clock.advance(Duration::from_hours(9));
    bench.sweep().await;
    assert_eq!(bench.callbacks.answers().len(), 1, "it has expired");
}

/// The URLs mean something before their task is parked: none waits for URLs that nobody can have got.
#[tokio::test]
async fn a_call_that_failed_changes_nothing_about_the_task_and_can_be_made_again() {
    let expiring = actions(1, Some("2026-11-22T11:00:00Z"));
    for before in [false, true] {
        let bench = bench();
        if before {
            links(&bench, 7, Some("2026-11-22T10:30:00Z")).await;
        }
        let parked = bench.store.get(id());
        bench.store.fail_when(|call| call == TableCall::KeepActions);
        assert!(bench.desk.create_urls(token(), &expiring).await.is_err());
        assert_eq!(bench.store.get(id()), parked);
        bench.store.recover();
        let links = bench.desk.create_urls(token(), &expiring).await.unwrap();
        assert!(called(&bench, &links[0], approved()).await.is_ok());
    }
}

/// Whatever is lost on the way, a call that is made again has URLs that lead somewhere.
#[tokio::test]
async fn a_call_whose_reply_was_lost_can_be_made_again() {
    for before in [false, true] {
        // What the URLs mean, the new callback, and more of what is there.
        let writes = if before { 3 } else { 2 };
        for heard in 0..writes {
            for lost in [Lost::Written, Lost::NotWritten] {
                let bench = bench();
                if before {
                    links(&bench, 7, Some("2026-11-22T11:00:00Z")).await;
                }
                let replies = std::iter::repeat_n(None, heard).chain([Some(lost)]);
                drop(bench.store.clone().losing(replies));
                bench.desk.create_urls(token(), &actions(1, None)).await.unwrap_err();
                let links = links(&bench, 2, None).await;
                assert!(called(&bench, &links[0], approved()).await.is_ok(), "{heard} {lost:?}");
                assert_eq!(outputs(&bench), [json!({ "paid": true })]);
            }
        }
    }
}

#[tokio::test]
async fn a_url_leads_nowhere_else() {
    let bench = bench();
    let links = links(&bench, 1, None).await;
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    for recipient in [
        Recipient::Action { set: TransactionId::new(1), action: 2 },
        Recipient::Action { set: TransactionId::new(2), action: 0 },
        Recipient::Approver(0),
        Recipient::Destination,
    ] {
        let link = CapabilityLink::new(&keys, id(), recipient, 0);
        assert!(bench.desk.action(&link).await.unwrap().is_none(), "{recipient:?}");
    }
    assert!(bench.desk.action(&links[1]).await.unwrap().is_some());
}
