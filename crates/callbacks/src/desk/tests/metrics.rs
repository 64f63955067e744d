//! What is counted: each step once, each try by what became of it, and nothing that the list of metrics does not have.

use std::collections::{BTreeMap, BTreeSet};

use ::metrics::{LocalRecorderGuard, set_default_local_recorder};
use callback_bridge::{
    Disposition,
    metrics::{Dimension, Outcome as Delivered, REPLIES},
};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use strum::VariantArray;

use super::*;
use crate::metrics::{ALL, CALLBACKS, NOTICES, PageResult, SETTLEMENTS, SWEEPS};

/// A recorder for one test, on its thread.
struct Counting {
    recorder: &'static DebuggingRecorder,
    _installed: LocalRecorderGuard<'static>,
}

impl Counting {
    fn new() -> Self {
        let recorder: &DebuggingRecorder = Box::leak(Box::default());
        Self { recorder, _installed: set_default_local_recorder(recorder) }
    }

    /// All that was counted or measured since this was last asked, by the metric and the value of its dimension.
    fn all(&self) -> BTreeMap<(String, String), Vec<f64>> {
        let mut found = BTreeMap::new();
        for (key, _, _, value) in self.recorder.snapshotter().snapshot().into_vec() {
            let name = key.key().name().to_owned();
            let metric = ALL.into_iter().chain([REPLIES]).find(|metric| metric.name == name);
            let metric = metric.unwrap_or_else(|| panic!("{name}?"));
            let labels: Vec<(&str, &str)> = key.key().labels().map(|label| (label.key(), label.value())).collect();
            let value_of = match (metric.dimension, labels.as_slice()) {
                (None, []) => "",
                (Some(Dimension { name, values }), [(key, value)]) if *key == name && values.contains(value) => value,
                _ => panic!("{name} has the labels {labels:?}"),
            };
            let values: Vec<f64> = match value {
                #[expect(clippy::cast_precision_loss, reason = "these numbers are small")]
                DebugValue::Counter(count) => vec![count as f64],
                DebugValue::Histogram(values) => values.into_iter().map(f64::from).collect(),
                DebugValue::Gauge(_) => panic!("{name} is a gauge"),
            };
            if values.iter().any(|value| *value > 0.0) || metric.dimension.is_none() {
                found.insert((name, value_of.to_owned()), values);
            }
        }
        found
    }

    /// The counts of one metric, as `Approved 1, Opened 1`.
    fn of(&self, metric: &str) -> String {
        let of_metric = self.all().into_iter().filter(|((name, _), _)| name == metric);
        let counts = of_metric.map(|((_, value), counts)| format!("{value} {}", counts.iter().sum::<f64>()));
        counts.collect::<Vec<_>>().join(", ")
    }
}

fn steps(counting: &Counting) -> String {
    counting.of("Callbacks")
}

fn bench_replying(replies: impl IntoIterator<Item = Result<(), Refusal>>) -> Bench {
    Bench::new(MemoryStore::default(), RecordingCallbacks::default().answering(replies))
}

impl Bench {
    /// Puts the clock forward to when something is due, and sweeps, until nothing is.
    async fn sweep_until_the_end(&self) {
        while let Some(due_at) = self.state().due_at {
            self.clock.advance(Duration::try_from(due_at.duration_since(self.clock.now())).unwrap_or_default());
            self.sweep().await;
        }
    }
}

#[tokio::test]
async fn an_opened_callback_is_counted_once_however_often_its_message_comes() {
    let counting = Counting::new();
    let bench = bench().await;
    bench.opened(json!({})).await.unwrap();
    assert_eq!(steps(&counting), "Opened 1");
}

#[tokio::test]
async fn one_that_the_table_did_not_take_for_sure_is_not_counted() {
    let counting = Counting::new();
    let bench = Bench::new(MemoryStore::default().losing([Lost::NotWritten]), RecordingCallbacks::default());
    assert!(bench.opened(json!({})).await.is_err());
    assert_eq!(steps(&counting), "");
}

#[tokio::test]
async fn what_people_decide_is_counted_once_however_often_they_answer_and_it_is_told() {
    let throttled = || Err(Refusal::Throttled { code: "ThrottlingException".into() });
    for (choice, expected) in [(Choice::Approve, "Approved 1"), (Choice::Reject, "Rejected 1")] {
        let bench = bench_replying([throttled(), throttled()]);
        bench.opened(json!({ "approvers": ["alice@example.com"] })).await.unwrap();
        let counting = Counting::new();
        bench.answer("alice@example.com", choice).await.unwrap();
        bench.answer("alice@example.com", choice).await.unwrap();
        bench.sweep_until_the_end().await;
        assert_eq!(steps(&counting), expected);
    }
}

#[tokio::test]
async fn an_answer_that_decides_nothing_is_no_step() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened(json!({ "policy": { "approvals": "all" } })).await.unwrap();
    let counting = Counting::new();
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    assert_eq!(steps(&counting), "");
}

#[tokio::test]
async fn a_question_that_expires_is_counted_once() {
    let counting = Counting::new();
    let bench = bench_replying([Err(Refusal::Throttled { code: "ThrottlingException".into() })]);
    bench.opened(json!({})).await.unwrap();
    bench.sweep_until_the_end().await;
    assert_eq!(steps(&counting), "Expired 1, Opened 1");
}

#[tokio::test]
async fn a_withdrawal_is_counted_if_it_decides() {
    let bench = bench().await;
    let counting = Counting::new();
    bench.desk.withdraw(id(), &withdrawal("a mistake")).await.unwrap();
    bench.desk.withdraw(id(), &withdrawal("again")).await.unwrap();
    assert_eq!(steps(&counting), "Withdrawn 1");
}

#[tokio::test]
async fn a_task_that_nobody_waits_for_is_abandoned_once_and_its_heartbeats_are_replies() {
    let counting = Counting::new();
    let callbacks = RecordingCallbacks::default().beating([Ok(()), Err(Refusal::TaskTimedOut)]);
    let bench = Bench::new(MemoryStore::default(), callbacks);
    bench.opened_as(token(), json!({}), Some(Duration::from_mins(10))).await.unwrap();
    bench.sweep_until_the_end().await;
    let all = counting.all();
    let counted = |metric: &str, value: &str| all.get(&(metric.to_owned(), value.to_owned())).cloned();
    assert_eq!(counted("Callbacks", "Abandoned"), Some(vec![1.0]));
    assert_eq!(counted("Callbacks", "Expired"), None);
    assert_eq!(
        (counted("Replies", "Accepted"), counted("Replies", "TaskTimedOut")),
        (Some(vec![1.0]), Some(vec![1.0]))
    );
    assert!(all.keys().all(|(metric, _)| metric != "Settlements"), "a heartbeat tells no decision");
}

#[tokio::test]
async fn every_try_to_tell_a_decision_is_counted_by_what_its_reply_meant() {
    let code = || "SomeCode".to_owned();
    let cases = [
        (vec![], "Settled 1"),
        (vec![Err(Refusal::TaskTimedOut)], "Closed 1"),
        (vec![Err(Refusal::Unheard { reason: code() }), Err(Refusal::TaskTimedOut)], "NotTaken 1, Unknown 1"),
        (vec![Err(Refusal::InvalidToken)], "BadToken 1"),
        (vec![Err(Refusal::InvalidAnswer { code: code() }), Ok(())], "Rejected 1, Settled 1"),
        (vec![Err(Refusal::Denied { code: code() }), Ok(())], "Denied 1, Settled 1"),
    ];
    let mut seen = BTreeSet::new();
    for (replies, expected) in cases {
        let bench = bench_replying(replies);
        bench.opened(json!({})).await.unwrap();
        let counting = Counting::new();
        bench.answer("alice@example.com", Choice::Approve).await.unwrap();
        bench.sweep_until_the_end().await;
        assert_eq!(counting.of("Settlements"), expected);
        seen.extend(expected.split(", ").filter_map(|count| count.split(' ').next()));
    }
    let values = SETTLEMENTS.dimension.unwrap().values.iter().copied().collect();
    assert_eq!(seen, values, "every meaning is in a test");
}

#[test]
fn every_disposition_is_a_value_of_settlements() {
    let names = Disposition::VARIANTS.iter().map(|disposition| <&str>::from(Delivered::from(*disposition)));
    assert_eq!(names.collect::<Vec<_>>(), SETTLEMENTS.dimension.unwrap().values);
}

#[tokio::test]
async fn notices_are_counted_by_whether_they_went_out() {
    let counting = Counting::new();
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.outside.fail("bob@example.com");
    bench.opened(json!({})).await.unwrap();
    assert_eq!(counting.of("Notices"), "NotSent 1, Sent 1");
    bench.outside.recover();
    bench.clock.advance(Duration::from_mins(1));
    bench.sweep().await;
    assert_eq!(counting.of("Notices"), "Sent 1");
}

#[tokio::test]
async fn sweeps_are_counted_by_how_they_ended() {
    let counting = Counting::new();
    let bench = bench().await;
    bench.sweep().await;
    assert_eq!(counting.of("Sweeps"), "Finished 1");
    bench.desk.sweep(bench.clock.now()).await.unwrap();
    assert_eq!(counting.of("Sweeps"), "Unfinished 1");
    bench.store.fail_when(|call| matches!(call, TableCall::Due(_)));
    let failed = bench.desk.sweep(bench.clock.now().checked_add(Duration::from_secs(1)).unwrap()).await.unwrap_err();
    assert_eq!((failed.failed, failed.to_string()), (8, "8 of 8 shards could not be swept as a whole".to_owned()));
    assert_eq!(counting.of("Sweeps"), "Failed 1");
}

#[tokio::test]
async fn how_long_the_longest_due_has_waited_is_measured_in_seconds() {
    let counting = Counting::new();
    let oldest = || counting.all().remove(&("OldestDue".to_owned(), String::new())).unwrap_or_default();
    let bench = bench().await;
    bench.sweep().await;
    assert_eq!(oldest(), [0.0], "nothing was due");
    bench.clock.advance(Duration::from_hours(7 * 24) + Duration::from_millis(2500));
    bench.sweep().await;
    assert_eq!(oldest(), [3.0]);
}

#[test]
fn a_page_is_counted_by_its_status() {
    for (status, result) in [
        (200, PageResult::Served),
        (404, PageResult::UnknownLink),
        (403, PageResult::Refused),
        (410, PageResult::Refused),
        (422, PageResult::Refused),
        (503, PageResult::Trouble),
    ] {
        assert_eq!(PageResult::of(status), result, "{status}");
    }
}

/// Whoever runs alarms over all functions counts on names that are there once.
#[test]
fn every_metric_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = ALL.iter().chain(&callback_bridge::metrics::ALL).map(|metric| metric.name).collect();
    assert_eq!(names.len(), ALL.len() + callback_bridge::metrics::ALL.len());
    for counted in [CALLBACKS, NOTICES, SETTLEMENTS, SWEEPS] {
        assert!(counted.dimension.is_some_and(|dimension| !dimension.values.is_empty()), "{}", counted.name);
    }
}
