//! What is printed, and when. The recorder is that of the process, so these tests take turns.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lambda_events::event::sqs::SqsMessage;
use callback_bridge::{
    Refusal, RuntimeSettings, Task, Unreturnable, WorkError, Worker, WorkerRuntime,
    test_util::{RecordingCallbacks, RecordingQueue, invocation, sqs_event, sqs_message, sqs_text_message},
};
use serde_json::{Value, json};

use super::*;

static METRICS: LazyLock<Mutex<Metrics>> = LazyLock::new(|| {
    let function = Variables::from_iter([("AWS_LAMBDA_FUNCTION_NAME", "greet")]);
    Mutex::new(Metrics::init(&function))
});

fn metrics() -> MutexGuard<'static, Metrics> {
    let metrics = METRICS.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(metrics.collector.is_some(), "somebody else counts");
    let _of_another_test = metrics.take_lines();
    metrics
}

struct Greeter;

impl Worker for Greeter {
    type Input = String;
    type Output = String;
    async fn work(&self, task: Task<String>) -> Result<String, WorkError> {
        Ok(task.input)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn handle(
    messages: impl IntoIterator<Item = SqsMessage>,
    callbacks: RecordingCallbacks,
) -> Result<(), Unreturnable> {
    let runtime = WorkerRuntime::new(Greeter, callbacks, RecordingQueue::default(), RuntimeSettings::default());
    runtime.handle(sqs_event(messages), invocation(Duration::from_mins(1))).await.map(drop)
}

fn task(id: &str) -> SqsMessage {
    sqs_message(id, &json!({ "taskToken": format!("token-{id}"), "input": "Ada" }))
}

fn parsed(lines: &[u8]) -> Vec<Value> {
    let text = str::from_utf8(lines).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Remembers each write on its own.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<Vec<u8>>>>);

impl Out {
    fn writes(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }
}

impl io::Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(bytes.to_vec());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_batch_becomes_a_line_for_each_set_of_dimensions() {
    let metrics = metrics();
    handle([task("1"), task("2"), sqs_text_message("3", "?")], RecordingCallbacks::default()).unwrap();
    let mut lines = parsed(&metrics.take_lines());
    for line in &mut lines {
        let at = line["_aws"]["Timestamp"].take().as_u64().unwrap();
        assert!(at > 1_700_000_000_000, "{at} is not in milliseconds");
        assert!(line["timestamp"].take().as_str().unwrap().ends_with('Z'), "RFC 3339");
    }
    let line = |dimensions: Value, definitions: Value, members: Value| {
        let directive = json!([{ "Namespace": "CallbackBridge", "Dimensions": [dimensions], "Metrics": definitions }]);
        let mut line = json!({
            "_aws": { "Timestamp": null, "CloudWatchMetrics": directive },
            "FunctionName": "greet", "level": "INFO", "timestamp": null,
        });
        line.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        line
    };
    let times =
        json!([{ "Name": "MessageAge", "Unit": "Milliseconds" }, { "Name": "WorkDuration", "Unit": "Milliseconds" }]);
    let deliveries = json!([{ "Name": "Deliveries", "Unit": "Count" }]);
    let expected = [
        line(json!(["FunctionName"]), times, json!({ "MessageAge": [0.0, 0.0, 0.0], "WorkDuration": [0.0, 0.0] })),
        line(json!(["FunctionName", "Outcome"]), deliveries.clone(), json!({ "Outcome": "NoTask", "Deliveries": 1 })),
        line(json!(["FunctionName", "Outcome"]), deliveries, json!({ "Outcome": "Settled", "Deliveries": 2 })),
        line(
            json!(["FunctionName", "Reply"]),
            json!([{ "Name": "Replies", "Unit": "Count" }]),
            json!({ "Reply": "Accepted", "Replies": 2 }),
        ),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_was_counted_is_printed_once() {
    let metrics = metrics();
    assert_eq!(metrics.take_lines(), b"", "no line when nothing was counted");
    for _ in 0..2 {
        handle([task("1")], RecordingCallbacks::default()).unwrap();
        let lines = parsed(&metrics.take_lines());
        let settled: Vec<_> = lines.iter().filter_map(|line| line["Deliveries"].as_u64()).collect();
        assert_eq!(settled, [1], "counters begin anew");
        assert_eq!(metrics.take_lines(), b"");
    }
}

#[test]
fn an_invocation_prints_in_one_piece_however_it_ends() {
    let metrics = metrics();
    let mut nameless = sqs_text_message("1", "?");
    nameless.message_id = None;
    for (batch, fails) in
        [(vec![task("1"), sqs_text_message("2", "?")], false), (vec![nameless], true), (vec![], false)]
    {
        let (out, nothing) = (Out::default(), batch.is_empty());
        let invocation = || {
            let _before_the_response = metrics.print_at_end(out.clone());
            let response = handle(batch, RecordingCallbacks::default());
            assert_eq!(out.writes().len(), 0, "once, at the end");
            response
        };
        assert_eq!(invocation().is_err(), fails);
        match out.writes().as_slice() {
            [] => assert!(nothing),
            [lines] => assert!(parsed(lines).iter().any(|line| line["Outcome"] == "NoTask")),
            several => panic!("{} writes", several.len()),
        }
    }
    let out = Out::default();
    handle([task("1")], RecordingCallbacks::default()).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _before_the_response = metrics.print_at_end(out.clone());
        panic!("as the test wants it");
    }));
    assert!(panicked.is_err());
    assert_eq!(out.writes().len(), 1, "also by a panic");
}

/// Lambda drops what is below the level of the function, and metrics must not be.
#[test]
fn a_line_has_the_level_that_the_function_logs_from() {
    let counting = metrics();
    let metrics = Metrics { level: "ERROR".to_owned(), ..counting.clone() };
    handle([task("1")], RecordingCallbacks::default()).unwrap();
    let lines = parsed(&metrics.take_lines());
    assert!(!lines.is_empty() && lines.iter().all(|line| line["level"] == "ERROR"), "{lines:?}");
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
#[test]
fn a_large_batch_stays_within_the_limits_of_the_format() {
    let metrics = metrics();
    let denied = std::iter::repeat_with(|| Err(Refusal::Denied { code: "AccessDeniedException".into() }));
    let batch: Vec<_> = (0..1000).map(|id| task(&id.to_string())).collect();
    handle(batch, RecordingCallbacks::default().answering(denied.take(1000))).unwrap();
    let lines = metrics.take_lines();
    assert!(lines.split(|byte| *byte == b'\n').all(|line| line.len() < 256 * 1024));
    let lines = parsed(&lines);
    assert_eq!(lines[0]["MessageAge"].as_array().unwrap().len(), 100, "the first hundred are measured");
    assert!(lines.iter().any(|line| line["Reply"] == "Denied" && line["Replies"] == 1000), "and all are counted");
}
