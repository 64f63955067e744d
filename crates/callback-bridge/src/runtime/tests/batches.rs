//! Batches: nothing about one record touches another, but for order within a group.

use super::*;
use crate::test_util::sqs_text_message;

#[tokio::test(start_paused = true)]
async fn one_bad_record_touches_none_of_the_nine_others() {
    let orders = ["succeed", "fail", "retry", "panic", "succeed", "be too much", "succeed", "fail", "succeed"];
    let mut batch: Vec<_> =
        (0..).zip(orders).map(|(id, order)| task(&format!("{id}"), json!({ "do": order }))).collect();
    batch.insert(4, sqs_text_message("bad", "\u{0}"));
    let bench = Bench::new(RecordingCallbacks::default());
    assert_eq!(bench.kept(batch).await, ["2", "3", "bad"]);
    assert_eq!(bench.callbacks.answers().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn all_records_are_worked_on_at_once() {
    let bench = Bench::new(RecordingCallbacks::default());
    let began = Instant::now();
    let batch = (0..10).map(|id| task(&id.to_string(), json!({ "do": "work", "seconds": 10 })));
    assert!(bench.kept(batch).await.is_empty());
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_group_of_a_fifo_queue_stops_at_its_first_failure() {
    let grouped = |id: &str, order: &str, group: &str, receives: u32| {
        in_group(group, received(task(id, json!({ "do": order })), receives))
    };
    let bench = Bench::new(RecordingCallbacks::default());
    let batch = [
        grouped("1", "succeed", "a", 1),
        grouped("2", "retry", "a", 1),
        grouped("3", "succeed", "a", 1),
        grouped("4", "succeed", "b", 1),
    ];
    assert_eq!(bench.kept(batch).await, ["2", "3"]);
    assert_eq!(bench.callbacks.answers().len(), 2);
    let waits: Vec<bool> = bench.queue.redeliveries().iter().map(|(_, wait)| wait.is_zero()).collect();
    assert_eq!(waits, [false, true], "the head has its backoff, and what is behind it is not hidden longer");

    let bench = Bench::new(RecordingCallbacks::default());
    let mut garbage = grouped("1", "succeed", "a", 5);
    garbage.body = Some("?".to_owned());
    assert_eq!(
        bench.kept([garbage, grouped("2", "succeed", "a", 1)]).await,
        ["1"],
        "it is given up, the group goes on"
    );
    assert_eq!(bench.callbacks.answers().len(), 1);

    let bench = Bench::new(RecordingCallbacks::default());
    let last_receive = [grouped("2", "retry", "a", 5), grouped("3", "succeed", "a", 4)];
    assert!(bench.kept(last_receive).await.is_empty(), "the head is answered and the group goes on");
    assert_eq!(bench.callbacks.answers().len(), 2);
}
