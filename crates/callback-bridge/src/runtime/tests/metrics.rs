//! What is counted: each delivery once, each try by its reply, and nothing that the list of metrics does not have.

use std::collections::{BTreeMap, BTreeSet};

use ::metrics::{LocalRecorderGuard, set_default_local_recorder};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use strum::VariantNames;

use super::*;
use crate::{
    MessageQueue, QueueError, ReceivedMessage, Refusal,
    metrics::{ALL, Dimension, Outcome, Reply},
    test_util::sqs_text_message,
};

/// A recorder for one test, on its thread.
pub(super) struct Counting {
    recorder: &'static DebuggingRecorder,
    _installed: LocalRecorderGuard<'static>,
}

impl Counting {
    pub(super) fn new() -> Self {
        let recorder: &DebuggingRecorder = Box::leak(Box::default());
        Self { recorder, _installed: set_default_local_recorder(recorder) }
    }

    /// All that was counted or measured since this was last asked, by the metric and the value of its dimension.
    fn all(&self) -> BTreeMap<(String, String), Vec<f64>> {
        let mut found = BTreeMap::new();
        for (key, _, _, value) in self.recorder.snapshotter().snapshot().into_vec() {
            let name = key.key().name().to_owned();
            let metric = ALL.into_iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("{name}?"));
            let labels: Vec<(&str, &str)> = key.key().labels().map(|label| (label.key(), label.value())).collect();
            let value_of = match (metric.dimension, labels.as_slice()) {
                (None, []) => "",
                (Some(Dimension { name, values }), [(key, value)]) if *key == name && values.contains(value) => value,
                _ => panic!("{name} has the labels {labels:?}"),
            };
            let values = match value {
                #[expect(clippy::cast_precision_loss, reason = "these numbers are small")]
                DebugValue::Counter(count) => vec![count as f64],
                DebugValue::Histogram(values) => values.into_iter().map(f64::from).collect(),
                DebugValue::Gauge(_) => panic!("{name} is a gauge"),
            };
            found.insert((name, value_of.to_owned()), values);
        }
        found
    }

    /// The counts of one metric.
    pub(super) fn of(&self, metric: &str) -> BTreeMap<String, f64> {
        let of_metric = self.all().into_iter().filter(|((name, _), _)| name == metric);
        of_metric.map(|((_, value), counts)| (value, counts.iter().sum())).collect()
    }
}

pub(super) fn counts<const N: usize>(expected: [(&str, f64); N]) -> BTreeMap<String, f64> {
    expected.map(|(value, count)| (value.to_owned(), count)).into()
}

struct PanickingQueue;

impl MessageQueue for PanickingQueue {
    async fn redeliver_after(&self, _: &ReceivedMessage, _: Duration) -> Result<(), QueueError> {
        panic!("as the test wants it")
    }

    async fn forward(&self, _: &SqsMessage, _: &str, _: &str) -> Result<(), QueueError> {
        panic!("as the test wants it")
    }
}

fn throttled() -> Result<(), Refusal> {
    Err(Refusal::Throttled { code: "ThrottlingException".into() })
}

fn denied() -> Result<(), Refusal> {
    Err(Refusal::Denied { code: "KmsAccessDeniedException".into() })
}

#[tokio::test(start_paused = true)]
async fn every_delivery_is_counted_once_by_what_became_of_it() {
    let succeed = || task("1", json!({ "do": "succeed" }));
    let answering = |replies: Vec<_>| RecordingCallbacks::default().answering(replies);
    let beaten = || task_with_heartbeat("1", json!({ "do": "work", "seconds": 40 }), 30);
    let beating = |reply| RecordingCallbacks::default().beating([Err(reply)]);
    let unheard = || Err(Refusal::Unheard { reason: "timeout".into() });
    let refused = || Err(Refusal::InvalidAnswer { code: "InvalidOutput".into() });
    let forever = std::iter::repeat_with(throttled).take(10_000).collect();
    let cases = [
        ("Settled", succeed(), answering(vec![])),
        ("Settled", succeed(), answering(vec![throttled(), refused(), Ok(())])),
        ("Settled", received(task("1", json!({ "do": "retry" })), 5), answering(vec![])),
        ("Closed", succeed(), answering(vec![Err(Refusal::TaskTimedOut)])),
        ("Unknown", succeed(), answering(vec![unheard(), Err(Refusal::TaskTimedOut)])),
        ("NotTaken", succeed(), answering(forever)),
        ("Rejected", succeed(), answering(vec![refused(), refused()])),
        ("BadToken", succeed(), answering(vec![Err(Refusal::InvalidToken)])),
        ("BadToken", beaten(), beating(Refusal::InvalidToken)),
        ("Denied", succeed(), answering(vec![denied()])),
        ("Dropped", beaten(), beating(Refusal::TaskTimedOut)),
        ("RetryLater", task("1", json!({ "do": "retry" })), answering(vec![])),
        ("NoTask", sqs_text_message("1", "no JSON at all"), answering(vec![])),
    ];
    let mut seen: BTreeSet<&str> = ["GivenBack", "NotForwarded", "Panicked", "Parked"].into(); // below and in parking.rs
    for (outcome, message, callbacks) in cases {
        let counting = Counting::new();
        Bench::new(callbacks).kept([message]).await;
        assert_eq!(counting.of("Deliveries"), counts([(outcome, 1.0)]));
        seen.insert(outcome);
    }
    assert_eq!(seen, Outcome::VARIANTS.iter().copied().collect(), "every outcome is in a test");
}

#[tokio::test(start_paused = true)]
async fn what_the_terminal_queue_does_not_take_is_counted_as_that() {
    for (queue, outcome) in [(RecordingQueue::default(), "NoTask"), (RecordingQueue::failing(), "NotForwarded")] {
        let counting = Counting::new();
        let terminal_queue_url = Some("https://terminal".to_owned());
        let settings = RuntimeSettings { terminal_queue_url, ..RuntimeSettings::default() };
        let bench = Bench::with_settings(RecordingCallbacks::default(), queue, settings);
        bench.kept([sqs_text_message("1", "no JSON at all")]).await;
        assert_eq!(counting.of("Deliveries"), counts([(outcome, 1.0)]));
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_behind_a_message_that_comes_again_is_counted_too() {
    let counting = Counting::new();
    let fifo = |id: &str| {
        let mut message = task(id, json!({ "do": "retry" }));
        message.event_source_arn = Some("arn:aws:sqs:us-east-1:123456789012:tasks.fifo".to_owned());
        message.attributes.insert("MessageGroupId".to_owned(), "a".to_owned());
        message
    };
    Bench::new(RecordingCallbacks::default()).kept([fifo("1"), fifo("2"), fifo("3")]).await;
    assert_eq!(counting.of("Deliveries"), counts([("RetryLater", 1.0), ("GivenBack", 2.0)]));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_the_runtime_panics_over_is_counted_once() {
    let counting = Counting::new();
    let callbacks = RecordingCallbacks::default();
    let runtime = WorkerRuntime::new(Obedient::default(), callbacks, PanickingQueue, RuntimeSettings::default());
    let batch = sqs_event([task("1", json!({ "do": "retry" })), task("2", json!({ "do": "succeed" }))]);
    runtime.handle(batch, invocation(Duration::from_mins(1))).await.unwrap();
    assert_eq!(counting.of("Deliveries"), counts([("Panicked", 1.0), ("Settled", 1.0)]));
}

#[tokio::test(start_paused = true)]
async fn every_try_is_counted_by_its_reply() {
    let counting = Counting::new();
    let callbacks = RecordingCallbacks::default().answering([throttled(), throttled(), Ok(())]).beating([denied()]);
    let message = task_with_heartbeat("1", json!({ "do": "work", "seconds": 25 }), 30);
    Bench::new(callbacks).kept([message]).await;
    let expected = counts([("Throttled", 2.0), ("Denied", 1.0), ("Accepted", 2.0)]);
    assert_eq!(counting.of("Replies"), expected, "of three tries to answer and two heartbeats");
}

#[test]
fn every_reply_has_a_name_of_its_own() {
    let text = || "X".to_owned();
    let replies = [
        Ok(()),
        Err(Refusal::TaskTimedOut),
        Err(Refusal::TaskDoesNotExist),
        Err(Refusal::InvalidToken),
        Err(Refusal::InvalidAnswer { code: text() }),
        Err(Refusal::Throttled { code: text() }),
        Err(Refusal::Denied { code: text() }),
        Err(Refusal::Unheard { reason: text() }),
        Err(Refusal::Unsent { reason: text() }),
        Err(Refusal::Unrecognised { code: text() }),
    ];
    let names: Vec<&str> = replies.iter().map(|reply| Reply::from(reply).into()).collect();
    assert_eq!(names, Reply::VARIANTS);
}

#[tokio::test(start_paused = true)]
async fn ages_and_work_are_measured_in_milliseconds() {
    let counting = Counting::new();
    let slow = task_with_heartbeat("1", json!({ "do": "work", "seconds": 25 }), 600);
    let mut ageless = task("2", json!({ "do": "panic" }));
    ageless.attributes.remove("SentTimestamp");
    let bench = Bench::new(RecordingCallbacks::default());
    bench.kept([waited(slow, Duration::from_secs(4)), ageless]).await;
    let all = counting.all();
    let values = |metric: &str| all[&(metric.to_owned(), String::new())].clone();
    assert_eq!(values("MessageAge"), [4000.0], "one whose age is not known has none");
    assert_eq!(values("WorkDuration"), [0.0, 25_000.0], "of work that panics, and of work that succeeds");
}

#[tokio::test(start_paused = true)]
async fn work_that_is_not_begun_has_no_duration() {
    let counting = Counting::new();
    let bench = Bench::new(RecordingCallbacks::default().beating([Err(Refusal::TaskTimedOut)]));
    bench.kept([received(task("1", json!({ "do": "succeed" })), 2)]).await;
    let measured: Vec<_> = counting.all().into_keys().map(|(metric, value)| format!("{metric} {value}")).collect();
    assert_eq!(measured, ["Deliveries Dropped", "MessageAge ", "Replies TaskTimedOut"]);
}
