//! Heartbeats, cancellation and deadlines, on a paused clock.

use super::*;
use crate::{Refusal, test_util::CallKind};

#[tokio::test(start_paused = true)]
async fn a_task_is_beaten_for_every_third_of_its_heartbeat() {
    let bench = Bench::new(RecordingCallbacks::default());
    let began = Instant::now();
    bench.kept([task_with_heartbeat("1", json!({ "do": "work", "seconds": 25 }), 30)]).await;
    let beats: Vec<u64> = bench.callbacks.calls().iter().map(|call| (call.at - began).as_secs()).collect();
    assert_eq!(beats, [10, 20, 25]);
    assert!(matches!(bench.callbacks.calls()[2].kind, CallKind::Answer(_)));
}

#[tokio::test(start_paused = true)]
async fn no_heartbeat_where_the_message_names_none() {
    let bench = Bench::new(RecordingCallbacks::default());
    bench.kept([task("1", json!({ "do": "work", "seconds": 40 }))]).await;
    assert_eq!(bench.callbacks.heartbeats(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_queue_may_say_for_all_its_messages_that_they_want_heartbeats() {
    for (message, beats) in [
        (task("1", json!({ "do": "work", "seconds": 25 })), 2),
        (task_with_heartbeat("1", json!({ "do": "work", "seconds": 25 }), 60), 1),
    ] {
        let settings = RuntimeSettings { heartbeat: Some(Duration::from_secs(30)), ..RuntimeSettings::default() };
        let bench = Bench::with_settings(RecordingCallbacks::default(), RecordingQueue::default(), settings);
        bench.kept([message]).await;
        assert_eq!(bench.callbacks.heartbeats(), beats, "what a message says goes before");
    }
}

#[tokio::test(start_paused = true)]
async fn no_heartbeat_for_a_worker_that_wants_none() {
    struct Prompt;
    impl Worker for Prompt {
        type Input = Value;
        type Output = Value;
        const BEATS: bool = false;

        async fn work(&self, task: Task<Value>) -> Result<Value, WorkError> {
            Ok(task.input)
        }
    }
    let callbacks = RecordingCallbacks::default();
    let settings = RuntimeSettings::default();
    let runtime = WorkerRuntime::new(Prompt, callbacks.clone(), RecordingQueue::default(), settings);
    let delivered_before = received(waited(task_with_heartbeat("1", json!(1), 30), Duration::from_mins(1)), 2);
    runtime.handle(sqs_event([delivered_before]), invocation(Duration::from_mins(1))).await.unwrap();
    assert_eq!((callbacks.heartbeats(), callbacks.answers().len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn time_in_the_queue_counts() {
    for (waited_for, first_beat) in [(0, 10), (4, 6), (10, 0), (600, 0)] {
        let bench = Bench::new(RecordingCallbacks::default());
        let began = Instant::now();
        let message = task_with_heartbeat("1", json!({ "do": "work", "seconds": 11 }), 30);
        bench.kept([waited(message, Duration::from_secs(waited_for))]).await;
        assert_eq!((bench.callbacks.calls()[0].at - began).as_secs(), first_beat, "after {waited_for} s");
    }
    let bench = Bench::new(RecordingCallbacks::default());
    let mut ageless = task_with_heartbeat("1", json!({ "do": "work", "seconds": 1 }), 30);
    ageless.attributes.remove("SentTimestamp");
    bench.kept([ageless]).await;
    assert_eq!(bench.callbacks.heartbeats(), 1, "one whose age is not known is taken for old");
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_finds_the_task_closed_drops_the_work() {
    for (refusal, kept) in
        [(Refusal::TaskTimedOut, false), (Refusal::TaskDoesNotExist, false), (Refusal::InvalidToken, true)]
    {
        let bench = Bench::new(RecordingCallbacks::default().beating([Err(refusal)]));
        let began = Instant::now();
        let message = task_with_heartbeat("1", json!({ "do": "work", "seconds": 40 }), 30);
        assert_eq!(!bench.kept([message]).await.is_empty(), kept);
        assert_eq!(began.elapsed().as_secs(), 10);
        assert_eq!(bench.runtime.worker.finished.load(Ordering::Relaxed), 0);
        assert!(bench.callbacks.answers().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_is_not_taken_does_not_stop_the_work() {
    let replies = [
        Err(Refusal::Throttled { code: "ThrottlingException".into() }),
        Err(Refusal::Denied { code: "AccessDeniedException".into() }),
    ];
    let bench = Bench::new(RecordingCallbacks::default().beating(replies));
    assert!(bench.kept([task_with_heartbeat("1", json!({ "do": "work", "seconds": 40 }), 30)]).await.is_empty());
    assert_eq!((bench.callbacks.heartbeats(), bench.callbacks.answers().len()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_under_way_is_over_before_the_answer_is_sent() {
    let bench = Bench::new(RecordingCallbacks::default().taking(Duration::from_secs(3)));
    let began = Instant::now();
    bench.kept([task_with_heartbeat("1", json!({ "do": "work", "seconds": 11 }), 30)]).await;
    let calls: Vec<u64> = bench.callbacks.calls().iter().map(|call| (call.at - began).as_secs()).collect();
    assert_eq!(calls, [10, 13], "the heartbeat of second 10 takes until 13; only then is the answer sent");
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_under_way_that_finds_the_task_closed_spares_the_answer() {
    for (refusal, kept) in
        [(Refusal::TaskTimedOut, false), (Refusal::TaskDoesNotExist, false), (Refusal::InvalidToken, true)]
    {
        let callbacks = RecordingCallbacks::default().taking(Duration::from_secs(3)).beating([Err(refusal)]);
        let bench = Bench::new(callbacks);
        let message = task_with_heartbeat("1", json!({ "do": "work", "seconds": 11 }), 30);
        assert_eq!(!bench.kept([message]).await.is_empty(), kept);
        assert_eq!(bench.runtime.worker.finished.load(Ordering::Relaxed), 1, "the work was done by then");
        assert!(bench.callbacks.answers().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_does_not_end_is_dropped_before_lambda_ends_the_invocation() {
    let bench = Bench::new(RecordingCallbacks::default());
    let began = Instant::now();
    let batch = [task("1", json!({ "do": "work", "seconds": 1000 })), task("2", json!({ "do": "succeed" }))];
    assert_eq!(bench.kept(batch).await, ["1"]);
    assert!(began.elapsed() < Duration::from_mins(1));
    assert_eq!(bench.callbacks.answers().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn settling_stops_before_lambda_ends_the_invocation() {
    let throttled = std::iter::repeat_with(|| Err(Refusal::Throttled { code: "ThrottlingException".into() }));
    let bench = Bench::new(RecordingCallbacks::default().answering(throttled.take(10_000)));
    let began = Instant::now();
    assert_eq!(bench.kept([task("1", json!({ "do": "succeed" }))]).await, ["1"]);
    let elapsed = began.elapsed();
    assert!(elapsed > Duration::from_secs(50) && elapsed < Duration::from_mins(1), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_never_comes_does_not_outlast_the_invocation() {
    let messages = [
        task("1", json!({ "do": "succeed" })),
        task_with_heartbeat("1", json!({ "do": "work", "seconds": 11 }), 30),
        task_with_heartbeat("1", json!({ "do": "work", "seconds": 1000 }), 159),
    ];
    for message in messages {
        let bench = Bench::new(RecordingCallbacks::default().taking(Duration::from_hours(1)));
        let began = Instant::now();
        assert_eq!(bench.kept([message]).await, ["1"]);
        assert!(began.elapsed() < Duration::from_mins(1));
        assert_eq!(bench.queue.redeliveries().len(), 1, "there was time left to ask for a redelivery");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_reply_does_not_outlast_the_invocation() {
    let queue = RecordingQueue::default().taking(Duration::from_hours(1));
    let bench = Bench::with_queue(RecordingCallbacks::default(), queue);
    let began = Instant::now();
    assert_eq!(bench.kept([task("1", json!({ "do": "retry" }))]).await, ["1"]);
    assert!(began.elapsed() < Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn work_is_not_begun_without_time() {
    let fifo = |id: &str, seconds: u64, receives: u32| {
        in_group("a", received(task(id, json!({ "do": "work", "seconds": seconds })), receives))
    };
    let bench = Bench::new(RecordingCallbacks::default());
    assert_eq!(
        bench.kept([fifo("1", 1000, 5), fifo("2", 0, 1)]).await,
        ["2"],
        "the first was answered, at its last delivery"
    );
    assert_eq!(bench.runtime.worker.finished.load(Ordering::Relaxed), 0, "the second was not begun");

    let bench = Bench::new(RecordingCallbacks::default().taking(Duration::from_hours(1)));
    assert_eq!(bench.kept([received(task("1", json!({ "do": "succeed" })), 2)]).await, ["1"]);
    assert_eq!(bench.callbacks.heartbeats(), 1);
    assert_eq!(bench.runtime.worker.finished.load(Ordering::Relaxed), 0, "the heartbeat before it took all the time");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_paid_for_a_task_that_was_answered_before() {
    for heartbeat in [None, Some(30)] {
        let bench = Bench::new(RecordingCallbacks::default().beating([Err(Refusal::TaskTimedOut)]));
        let input = json!({ "do": "succeed" });
        let message =
            heartbeat.map_or_else(|| task("1", input.clone()), |h| task_with_heartbeat("1", input.clone(), h));
        assert!(bench.kept([received(message, 2)]).await.is_empty());
        assert_eq!(bench.runtime.worker.finished.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn time_behind_others_of_a_group_counts() {
    let fifo = |id: &str, seconds: u64| {
        in_group("a", task_with_heartbeat(id, json!({ "do": "work", "seconds": seconds }), 60))
    };
    let bench = Bench::new(RecordingCallbacks::default());
    let began = Instant::now();
    bench.kept([fifo("1", 25), fifo("2", 10)]).await;
    let second = crate::TaskToken::new("token-2").unwrap();
    let calls = bench.callbacks.calls();
    let first_beat = calls.iter().find(|call| call.token == second).unwrap();
    assert_eq!((first_beat.at - began).as_secs(), 25, "due after 20 seconds, so before its work");
}

#[tokio::test(start_paused = true)]
async fn a_task_with_heartbeats_does_not_wait_longer_than_a_third_of_them() {
    let bench = Bench::new(RecordingCallbacks::default());
    for _ in 0..50 {
        bench.kept([received(task_with_heartbeat("1", json!({ "do": "retry" }), 3), 4)]).await;
    }
    let redeliveries = bench.queue.redeliveries();
    assert_eq!(redeliveries.len(), 50);
    assert!(redeliveries.iter().all(|(_, wait)| *wait <= Duration::from_secs(1)));
}
