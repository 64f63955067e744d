//! Machines that come while something else is in trouble: what is not done is to be sent again.

use std::time::Duration;

use callback_bridge::Refusal;
use callbacks::test_util::Lost;
use serde_json::json;

use crate::{
    bench::{Seen, Sent},
    provider::{NEW, behind, called, link, payment, posts, signed},
};

fn again(seen: &Seen, problem: &str) {
    assert_eq!((seen.status, &*seen.problem()), (503, problem));
    assert_eq!(seen.headers["retry-after"], "30");
}

#[tokio::test]
async fn while_the_table_is_away_everything_is_to_be_sent_again() {
    let bench = called().await;
    let paid = posts(&bench, "success", &json!({ "output": ["paid"] }));
    let event = signed(&bench, NEW, "evt_1", &payment("p1", "paid"));
    let with_key = paid.clone().with_header("idempotency-key", "1");
    let sent: [Sent; 4] = [behind("GET", &link(&bench), "answer"), paid, with_key, event];
    bench.table.fail_when(|_| true);
    for sent in &sent {
        again(&bench.seen(sent.clone()).await, "unavailable");
    }
    assert_eq!(bench.callbacks.calls(), []);
    bench.table.recover();
    for sent in sent {
        assert_eq!(bench.seen(sent).await.status, 200);
    }
}

/// The key is kept, or the link is followed, and then the table goes away.
#[tokio::test]
async fn what_began_and_did_not_end_is_done_when_it_comes_again() {
    for calls in 1..=3 {
        let bench = called().await;
        let body = json!({ "output": ["paid"] });
        let by_link = posts(&bench, "success", &body).with_header("idempotency-key", "1");
        let by_event = signed(&bench, NEW, "evt_1", &payment("p1", "paid"));
        for sent in [by_link, by_event] {
            bench.table.go_away_after(calls);
            let _whatever = bench.seen(sent.clone()).await;
            bench.table.recover();
            assert_eq!(bench.seen(sent).await.status, 200, "away after {calls} calls");
        }
        // What the table was away for is told by the sweep.
        bench.pass(Duration::from_mins(2));
        bench.sweep().await;
        assert_eq!(bench.callbacks.answers().len(), 1, "away after {calls} calls");
    }
}

#[tokio::test]
async fn whether_an_answer_is_there_is_not_known_when_the_reply_to_its_write_is_lost() {
    for lost in [Lost::Written, Lost::NotWritten] {
        let bench = called().await;
        let sent = posts(&bench, "success", &json!({ "output": 1 }));
        bench.lose([lost]);
        again(&bench.seen(sent.clone()).await, "maybe-recorded");
        assert_eq!(bench.seen(sent).await.status, 200, "{lost:?}");
        assert!(bench.outside.late().is_empty());
    }
}

#[tokio::test]
async fn a_heartbeat_that_is_throttled_is_to_be_sent_again() {
    let bench = called().await;
    let throttled = Refusal::Throttled { code: "ThrottlingException".to_owned() };
    let _callbacks = bench.callbacks.clone().beating([Err(throttled)]);
    let beat = behind("POST", &link(&bench), "heartbeat").with_header("idempotency-key", "1");
    again(&bench.seen(beat.clone()).await, "not-beaten");
    assert_eq!(bench.seen(beat).await.status, 200);
}

#[tokio::test]
async fn a_late_answer_that_cannot_be_told_is_to_be_sent_again() {
    let bench = called().await;
    bench.pass(Duration::from_hours(1));
    bench.outside.fail_reports();
    let late = posts(&bench, "success", &json!({ "output": 1 })).with_header("idempotency-key", "1");
    again(&bench.seen(late.clone()).await, "unavailable");
    bench.outside.recover();
    for _ in 0..2 {
        assert_eq!(bench.seen(late.clone()).await.problem(), "expired");
    }
    assert_eq!(bench.outside.late().len(), 1);
}
