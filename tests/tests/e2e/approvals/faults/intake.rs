//! open-callback gets a message twice, or dies over it.

use callback_bridge_local::{CallFault, EventKind, Fault};
use serde_json::json;

use super::super::bench::{People, run};
use crate::bench::PATIENCE;

const OPEN: &str = "OpenCallbackFunction";
/// How often a message is delivered before it becomes a dead letter.
const MOST_DELIVERIES: usize = 5;

impl People<'_> {
    /// Waits until fail-dead-letters has let go of a message.
    async fn a_dead_letter_is_dealt_with(&self) {
        let function = &self.sample.bridge.function("FailDeadLettersFunction").unwrap().name;
        let mut events = self.sample.bridge.host().events().reader();
        let deleted = |what: &EventKind| matches!(what, EventKind::Deleted { .. });
        events.find(PATIENCE, |event| *event.function == **function && deleted(&event.what)).await.unwrap();
    }
}

#[test]
fn a_message_that_comes_twice_asks_once() {
    run("twice", async |people| {
        for (name, fault) in [("alice", Fault::DeliverTwice), ("bob", Fault::DeliverTwiceAtOnce)] {
            people.inject(OPEN, fault);
            people.inject(OPEN, Fault::ComeAgainAtOnce); // one of two at once may find the other still writing
            let execution = people.ask(&[name], json!({})).await;
            people.asked(name).await;
            assert_eq!(people.sweep().await, 0);
            assert_eq!(people.mails_to(name).await.len(), 1);
            people.decide(name, "approve", "").await;
            people.succeeds(&execution).await;
        }
        assert_eq!(people.items().await.len(), 4, "two callbacks");
    });
}

#[test]
fn killed_before_its_write_it_asks_when_the_message_comes_again() {
    run("intake-before", async |people| {
        people.inject(OPEN, Fault::KillBeforeWork);
        people.inject_call("TransactWriteItems", CallFault::KillBeforeCall);
        for _ in 0..2 {
            people.inject(OPEN, Fault::ComeAgainAtOnce);
        }
        let execution = people.ask(&["alice"], json!({})).await;
        people.asked("alice").await;
        assert_eq!(people.struck(&CallFault::KillBeforeCall), 1);
        assert_eq!((people.sweep().await, people.mails().await.len()), (0, 1));
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
    });
}

#[test]
fn killed_after_its_write_it_leaves_the_mails_to_the_sweep() {
    run("intake-after", async |people| {
        people.inject_call("TransactWriteItems", CallFault::KillBeforeReply);
        people.inject(OPEN, Fault::ComeAgainAtOnce);
        let execution = people.ask(&["alice", "bob"], json!({})).await;
        people.parked(1).await;
        assert_eq!(people.mails().await, []);
        assert_eq!([people.sweep().await, people.sweep().await], [2, 0]);
        assert_eq!([people.mails_to("alice").await.len(), people.mails_to("bob").await.len()], [1, 1]);
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
    });
}

#[test]
fn a_dead_letter_whose_task_is_parked_is_left_to_its_decision() {
    run("parked-dead-letter", async |people| {
        people.inject_call("TransactWriteItems", CallFault::KillBeforeReply);
        for _ in 0..MOST_DELIVERIES {
            people.inject(OPEN, Fault::ComeAgainAtOnce);
        }
        for _ in 1..MOST_DELIVERIES {
            people.inject_call("TransactWriteItems", CallFault::KillBeforeCall);
        }
        let execution = people.ask(&["alice"], json!({})).await;
        people.a_dead_letter_is_dealt_with().await;
        assert!(people.is_running(&execution).await);
        assert_eq!(people.struck(&CallFault::KillBeforeCall), MOST_DELIVERIES - 1);
        assert_eq!(people.sweep().await, 1);
        people.decide("alice", "approve", "").await;
        assert_eq!(people.succeeds(&execution).await["decision"], "approved");
    });
}

#[test]
fn a_dead_letter_whose_task_is_not_parked_fails_it() {
    run("dead-letter", async |people| {
        for _ in 0..MOST_DELIVERIES {
            people.inject(OPEN, Fault::KillBeforeWork);
            people.inject(OPEN, Fault::ComeAgainAtOnce);
        }
        let execution = people.ask(&["alice"], json!({})).await;
        let cause = people.fails(&execution, "Bridge.DeadLettered").await;
        assert_eq!(cause["receives"], MOST_DELIVERIES);
        assert_eq!((people.items().await, people.mails().await), (vec![], vec![]));
    });
}
