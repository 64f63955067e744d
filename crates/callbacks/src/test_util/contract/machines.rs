//! What a table does with what machines send: early, repeated and late answers.

use callback_bridge::TaskToken;
use futures_util::future::join;
use serde_json::json;

use super::time;
use crate::{CallbackId, CallbackStore, ExternalId, FirstReply, Inbound, InboundFrom, InboundKey, Kept, StoreError};

pub(super) async fn keeps_what_they_send(table: &impl CallbackStore) -> Result<(), StoreError> {
    something_is_kept_once_and_what_came_first_is_told_when_it_comes_again(table).await?;
    everything_is_known_by_all_of_its_key(table).await?;
    whoever_correlates_gets_all_that_was_kept_about_the_task(table).await?;
    the_newest_correlation_counts(table).await?;
    no_sender_gets_what_another_has_sent(table).await?;
    whoever_keeps_and_whoever_correlates_do_not_both_miss_the_other(table).await
}

async fn something_is_kept_once_and_what_came_first_is_told_when_it_comes_again(
    table: &impl CallbackStore,
) -> Result<(), StoreError> {
    for from in [InboundFrom::Sender("bank".to_owned()), InboundFrom::Link(callback_id("kept once"))] {
        let first = Inbound { about: None, body: None, ..inbound(from, "1", "") };
        let other = Inbound { digest: "another digest".to_owned(), at: time("10:00:01"), ..first.clone() };
        let before = |reply: Option<&FirstReply>| Kept::Before { digest: first.digest.clone(), reply: reply.cloned() };
        let early = FirstReply { status: 500, body: "nothing is there to be replied to".to_owned() };
        table.replied(&first.key, &early).await?;
        assert_eq!(table.keep(&first).await?, Kept::New);
        assert_eq!(table.keep(&first).await?, before(None), "nobody has replied yet");
        assert_eq!(table.keep(&other).await?, before(None), "the digest is that of the first");
        let reply = FirstReply { status: 200, body: r#"{"taken":true}"#.to_owned() };
        table.replied(&first.key, &reply).await?;
        table.replied(&first.key, &FirstReply { status: 410, body: String::new() }).await?;
        for again in [&first, &other] {
            assert_eq!(table.keep(again).await?, before(Some(&reply)), "the reply is the first one");
        }
    }
    Ok(())
}

/// A sender calls things as it likes, with signs in their names by which tables may tell them apart.
async fn everything_is_known_by_all_of_its_key(table: &impl CallbackStore) -> Result<(), StoreError> {
    let sender = |name: &str| InboundFrom::Sender(name.to_owned());
    let link = InboundFrom::Link(callback_id("keys"));
    let froms =
        [sender("shop"), sender("shop#1"), sender("shop%231"), sender(&format!("/{}", callback_id("keys"))), link];
    let longest = "\u{10348}".repeat(64);
    let mut digests = Vec::new();
    for from in &froms {
        for id in ["1", "1#1", "#1", "%231", "1#", " 1", "É", "E\u{301}", "é", "\u{1}", &longest, &"x".repeat(256)] {
            let event = Inbound { digest: format!("{from:?} {id}"), ..inbound(from.clone(), id, "task of the keys") };
            assert_eq!(table.keep(&event).await?, Kept::New, "{from:?} {id:?}");
            digests.push(event);
        }
    }
    for Inbound { key, digest, about, body, at } in digests {
        let again = Inbound { key: key.clone(), digest: String::new(), about, body, at };
        assert_eq!(table.keep(&again).await?, Kept::Before { digest, reply: None }, "{key:?}");
    }
    Ok(())
}

async fn whoever_correlates_gets_all_that_was_kept_about_the_task(
    table: &impl CallbackStore,
) -> Result<(), StoreError> {
    let (mill, id) = (InboundFrom::Sender("mill".to_owned()), callback_id("correlated"));
    assert_eq!(table.correlated(&external("mill", "task")).await?, None, "nobody has said so");
    let body = json!({ "amount": 12.5, "big": u64::MAX, "text": "ø\u{0}", "list": [null, {}] });
    let mut sent = vec![
        Inbound { body: Some(body), at: time("10:00:00.123456789"), ..inbound(mill.clone(), "1", "task") },
        Inbound { body: Some("text".into()), at: time("10:00:00.2"), ..inbound(mill.clone(), "2", "task") },
        Inbound { body: None, at: time("10:00:01"), ..inbound(mill.clone(), "3", "task") },
        // At the same moment.
        Inbound { at: time("10:00:01"), ..inbound(mill.clone(), "4", "task") },
    ];
    let elsewhere = [inbound(mill.clone(), "5", "task#"), inbound(mill.clone(), "6", "tas")];
    let nowhere = Inbound { about: None, ..inbound(mill, "7", "") };
    for inbound in sent.iter().chain(&elsewhere).chain([&nowhere]) {
        table.keep(inbound).await?;
    }
    // What comes again is kept once, and something else by its key not at all.
    let again = Inbound { digest: "another".to_owned(), body: Some("another".into()), ..sent[0].clone() };
    table.keep(&again).await?;
    assert_eq!(in_order(table.correlate(&external("mill", "task"), id, time("10:00:00")).await?), sent);
    assert_eq!(table.correlated(&external("mill", "task")).await?, Some(id));
    let late = Inbound { at: time("10:02:00"), ..inbound(sent[0].key.from.clone(), "8", "task") };
    table.keep(&late).await?;
    sent.push(late);
    let again = table.correlate(&external("mill", "task"), id, time("10:00:00")).await?;
    assert_eq!(in_order(again), sent, "they are there as often as they are asked for");
    let since = table.correlate(&external("mill", "task"), id, time("10:00:01")).await?;
    assert_eq!(in_order(since), sent[2..], "those since then");
    Ok(())
}

async fn the_newest_correlation_counts(table: &impl CallbackStore) -> Result<(), StoreError> {
    let task = external("bank", "asked for twice");
    for name in ["first", "second", "third"] {
        let id = callback_id(name);
        table.correlate(&task, id, time("10:00:00")).await?;
        assert_eq!(table.correlated(&task).await?, Some(id), "{name}");
    }
    Ok(())
}

async fn no_sender_gets_what_another_has_sent(table: &impl CallbackStore) -> Result<(), StoreError> {
    let senders = [("north", "1#1"), ("north#1", "1"), ("north%231", "1"), ("north", "1%231")];
    for (sender, task) in senders {
        table.keep(&inbound(InboundFrom::Sender(sender.to_owned()), task, task)).await?;
    }
    for (sender, task) in senders {
        let (task, id) = (external(sender, task), callback_id(&format!("{sender} {task}")));
        assert_eq!(table.correlated(&task).await?, None, "{task:?}");
        let kept = table.correlate(&task, id, time("10:00:00")).await?;
        assert_eq!(kept.iter().map(|event| event.about.as_ref()).collect::<Vec<_>>(), [Some(&task)]);
        assert_eq!(table.correlated(&task).await?, Some(id));
    }
    Ok(())
}

/// Each is let begin up to three turns after the other.
async fn whoever_keeps_and_whoever_correlates_do_not_both_miss_the_other(
    table: &impl CallbackStore,
) -> Result<(), StoreError> {
    for (keeper_waits, correlator_waits) in [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (0, 3)] {
        let task = external("bank", &format!("raced for {keeper_waits} {correlator_waits}"));
        let event = inbound(InboundFrom::Sender(task.sender.clone()), &task.id, &task.id);
        let keeper = async {
            turns(keeper_waits).await;
            assert_eq!(table.keep(&event).await?, Kept::New);
            table.correlated(&task).await
        };
        let correlator = async {
            turns(correlator_waits).await;
            table.correlate(&task, callback_id(&task.id), time("10:00:00")).await
        };
        let (found, kept) = join(keeper, correlator).await;
        let (found, kept) = (found?, kept?);
        assert!(found == Some(callback_id(&task.id)) || kept == [event], "both have missed the other: {task:?}");
    }
    Ok(())
}

async fn turns(turns: u8) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

/// What came at the same moment comes in any order.
fn in_order(mut kept: Vec<Inbound>) -> Vec<Inbound> {
    assert!(kept.is_sorted_by_key(|inbound| inbound.at), "it does not come in the order in which it came");
    kept.sort_by(|one, other| (one.at, &one.key).cmp(&(other.at, &other.key)));
    kept
}

/// Something about a task, by the name that the sender has for it.
fn inbound(from: InboundFrom, id: &str, task: &str) -> Inbound {
    let sender = match &from {
        InboundFrom::Sender(sender) => sender.clone(),
        InboundFrom::Link(_) => String::new(),
    };
    Inbound {
        key: InboundKey { from, id: id.to_owned() },
        digest: format!("digest of {id}"),
        about: Some(ExternalId { sender, id: task.to_owned() }),
        body: Some(json!({ "id": id })),
        at: time("10:00:00"),
    }
}

fn external(sender: &str, id: &str) -> ExternalId {
    ExternalId { sender: sender.to_owned(), id: id.to_owned() }
}

fn callback_id(token: &str) -> CallbackId {
    CallbackId::of(&TaskToken::new(token).unwrap_or_else(|error| panic!("{error}")).attempt_id())
}
