//! A table in trouble: what is recorded is never shown as an error, and what is not known is said to be so.

use callbacks::test_util::Lost;

use crate::bench::{ALICE, Bench};

#[tokio::test]
async fn a_link_cannot_be_followed_while_the_table_is_away() {
    let bench = Bench::new().await;
    let sent = bench.get(ALICE).with_header("accept", "application/json");
    let answer = bench.post_json(ALICE, "approve");
    bench.table.fail_when(|_| true);
    for sent in [sent, answer] {
        let seen = bench.seen(sent).await;
        assert_eq!((seen.status, &*seen.problem()), (503, "unavailable"));
        assert_eq!(seen.headers["retry-after"], "30");
    }
    assert!(bench.callbacks.answers().is_empty());
}

#[tokio::test]
async fn an_answer_whose_reply_was_lost_is_shown_as_recorded_if_it_is() {
    let bench = Bench::asking_both().await;
    bench.lose([Lost::Written]);
    let seen = bench.seen(bench.post_json(ALICE, "approve")).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert_eq!(seen.json()["yourAnswer"]["choice"], "approve");
    assert_eq!(bench.stored().state.answers.len(), 1);
}

#[tokio::test]
async fn an_answer_that_was_not_written_is_to_be_sent_again() {
    let bench = Bench::asking_both().await;
    bench.lose([Lost::NotWritten]);
    let sent = bench.post_json(ALICE, "approve");
    let seen = bench.seen(sent.clone()).await;
    assert_eq!((seen.status, &*seen.problem()), (503, "not-recorded"));
    assert_eq!(seen.headers["retry-after"], "30");
    assert_eq!(bench.seen(sent).await.status, 200);
    assert_eq!(bench.stored().state.answers.len(), 1);
}

#[tokio::test]
async fn when_the_table_cannot_be_asked_either_nobody_says_that_it_is_not_recorded() {
    for lost in [Lost::Written, Lost::NotWritten] {
        let bench = Bench::asking_both().await;
        bench.lose([lost]);
        let sent = bench.post_json(ALICE, "approve");
        bench.table.go_away_after(2); // the link is followed, the answer is written
        let seen = bench.seen(sent).await;
        assert_eq!((seen.status, &*seen.problem()), (503, "maybe-recorded"), "{lost:?}");
    }
}

/// Step Functions is told by the sweep then.
#[tokio::test]
async fn a_decision_is_shown_although_the_table_goes_away_before_it_is_told() {
    let bench = Bench::new().await;
    let sent = bench.post_json(ALICE, "approve");
    bench.table.go_away_after(2);
    let seen = bench.seen(sent).await;
    assert_eq!((seen.status, &seen.json()["status"]), (200, &"approved".into()));
}
