//! Messages to which no answer can be given, where there is a terminal queue.

use super::*;
use crate::{Refusal, test_util::sqs_text_message};

const TERMINAL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/terminal";

fn bench(callbacks: RecordingCallbacks, queue: RecordingQueue) -> Bench {
    let settings = RuntimeSettings { terminal_queue_url: Some(TERMINAL.to_owned()), ..RuntimeSettings::default() };
    Bench::with_settings(callbacks, queue, settings)
}

#[tokio::test(start_paused = true)]
async fn what_names_no_task_is_deleted_when_the_terminal_queue_has_it() {
    let bench = bench(RecordingCallbacks::default(), RecordingQueue::default());
    let message = sqs_text_message("1", "no JSON at all");
    assert!(bench.kept([message.clone()]).await.is_empty());
    let [forwarded] = &bench.queue.forwarded()[..] else { panic!("one message is to be sent on") };
    assert_eq!((&forwarded.message, forwarded.to.as_str()), (&message, TERMINAL));
    assert!(forwarded.reason.contains("not JSON"), "{}", forwarded.reason);
    assert!(bench.queue.redeliveries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_nobody_knows_goes_there_whoever_finds_out() {
    let by_the_answer = RecordingCallbacks::default().answering([Err(Refusal::InvalidToken)]);
    let by_a_heartbeat = RecordingCallbacks::default().beating([Err(Refusal::InvalidToken)]);
    for (callbacks, receives) in [(by_the_answer, 1), (by_a_heartbeat, 2)] {
        let bench = bench(callbacks, RecordingQueue::default());
        assert!(bench.kept([received(task("1", json!({ "do": "succeed" })), receives)]).await.is_empty());
        assert!(bench.queue.forwarded()[0].reason.contains("InvalidToken"));
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_kept_when_the_terminal_queue_does_not_take_it_in_time() {
    for queue in [RecordingQueue::failing(), RecordingQueue::default().taking(Duration::from_mins(2))] {
        let bench = bench(RecordingCallbacks::default(), queue);
        let began = Instant::now();
        assert_eq!(bench.kept([sqs_text_message("1", "no JSON at all")]).await, ["1"]);
        assert!(began.elapsed() < Duration::from_mins(1));
        let waits: Vec<_> = bench.queue.redeliveries().iter().map(|(_, wait)| wait.as_secs()).collect();
        assert!(waits.iter().all(|wait| *wait == 90), "{waits:?}: it may come again for days");
    }
}

/// A FIFO dead-letter queue cannot give it up, and behind it its group would wait.
#[tokio::test(start_paused = true)]
async fn a_task_that_could_not_be_answered_in_twice_as_many_deliveries_goes_there_too() {
    let denied = || Err(Refusal::Denied { code: "AccessDeniedException".into() });
    for (receives, forwarded) in [(9, 0), (10, 1), (11, 1)] {
        let bench = bench(RecordingCallbacks::default().answering([denied()]), RecordingQueue::default());
        let kept = bench.kept([received(task("1", json!({ "do": "fail" })), receives)]).await;
        assert_eq!((kept.len(), bench.queue.forwarded().len()), (1 - forwarded, forwarded), "{receives} receives");
    }
    let bench = Bench::new(RecordingCallbacks::default().answering([denied()]));
    assert_eq!(bench.kept([received(task("1", json!({ "do": "fail" })), 10)]).await, ["1"], "without a terminal queue");
}
