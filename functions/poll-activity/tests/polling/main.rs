//! What becomes of the tasks of an activity, and when polling ends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod bench;
mod properties;

use std::{fs, num::NonZeroUsize, path::Path, time::Duration};

use bench::{MINUTE, Queue, Scripted, TIMEOUT, at_once, given, not_taken, poll, poll_by, task};
use callback_bridge::{
    Answer, PollError, Refusal, SendError, TaskFailure,
    test_util::{RecordingCallbacks, log},
};
use poll_activity::{PollFailed, Settings};
use serde_json::{Value, json};

fn failures(callbacks: &RecordingCallbacks) -> Vec<TaskFailure> {
    let answers = callbacks.answers().into_iter();
    answers.map(|answer| if let Answer::Failure(failure) = answer { failure } else { panic!("{answer:?}") }).collect()
}

#[tokio::test(start_paused = true)]
async fn tasks_are_sent_as_messages() {
    let activity = Scripted::new([at_once(Ok(Some(given(1, r#"{"applicant":"Kato Ltd"}"#))))]);
    let (queue, callbacks) = (Queue::default(), RecordingCallbacks::default());
    let (ended, _) = poll(&activity, &queue, &callbacks, 1, TIMEOUT).await;
    assert_eq!(ended, Ok(()));
    let messages: Vec<Value> = queue.taken().iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let token = format!("{}1", bench::TOKEN);
    let expected = json!({ "taskToken": token, "input": { "applicant": "Kato Ltd" }, "heartbeatSeconds": 300 });
    assert_eq!(messages, [expected]);
    assert_eq!(callbacks.calls(), []);
}

/// So an idle activity costs a minute of one function a minute.
#[tokio::test(start_paused = true)]
async fn without_tasks_an_invocation_takes_a_minute_and_drops_no_poll() {
    let activity = Scripted::default();
    let (ended, took) = poll(&activity, &Queue::default(), &RecordingCallbacks::default(), 7, TIMEOUT).await;
    assert_eq!((ended, took.as_secs()), (Ok(()), 60));
    assert_eq!((activity.begun().len(), activity.dropped()), (7, 0));
}

#[tokio::test(start_paused = true)]
async fn the_last_poll_may_take_as_long_as_any_and_its_task_is_sent() {
    let slow = |number| (Duration::from_secs(54), Ok(Some(task(number))));
    let last = (Duration::from_secs(70), Ok(Some(task(2))));
    let activity = Scripted::new([slow(1), last]);
    let queue = Queue::default().taking(Duration::from_secs(3));
    let callbacks = RecordingCallbacks::default();
    // The first message takes a while, so that the second poll begins later than any may.
    let (_, took) = poll(&activity, &queue, &callbacks, 1, TIMEOUT).await;
    assert_eq!((activity.begun().len(), took.as_secs()), (1, 57));

    let activity = Scripted::new([slow(1), (Duration::from_secs(70), Ok(Some(task(2))))]);
    let (ended, took) = poll(&activity, &Queue::default(), &callbacks, 1, TIMEOUT).await;
    assert_eq!((ended, took.as_secs(), activity.dropped()), (Ok(()), 124, 0));
    assert_eq!((activity.given(), callbacks.calls()), (2, vec![]));
}

#[tokio::test(start_paused = true)]
async fn what_the_queue_does_not_take_is_sent_again() {
    let activity = Scripted::new([at_once(Ok(Some(task(1))))]);
    let (queue, callbacks) = (Queue::replying((0..5).map(|_| Err(not_taken()))), RecordingCallbacks::default());
    poll(&activity, &queue, &callbacks, 1, TIMEOUT).await.0.unwrap();
    assert_eq!((queue.taken().len(), callbacks.calls()), (1, vec![]));
}

/// A worker would get it when its state has gone on already.
#[tokio::test(start_paused = true)]
async fn what_the_queue_does_not_take_within_half_a_heartbeat_is_failed() {
    let settings = Settings { open_polls: NonZeroUsize::MIN, heartbeat: Some(Duration::from_secs(20)) };
    for (refused_for, sent) in [(7, 1), (20, 0)] {
        let activity = Scripted::new([at_once(Ok(Some(task(1))))]);
        let (queue, callbacks) = (Queue::away_for(Duration::from_secs(refused_for)), RecordingCallbacks::default());
        poll_by(settings, &activity, &queue, &callbacks, TIMEOUT).await.0.unwrap();
        assert_eq!((queue.taken().len(), failures(&callbacks).len()), (sent, 1 - sent), "{refused_for} seconds");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_queue_will_never_take_is_failed_at_once() {
    let activity = Scripted::new([at_once(Ok(Some(task(1)))), at_once(Ok(Some(task(2))))]);
    let refused = SendError::Refused { code: "InvalidParameterValue".to_owned() };
    let (queue, callbacks) = (Queue::replying([Err(refused)]), RecordingCallbacks::default());
    poll(&activity, &queue, &callbacks, 1, TIMEOUT).await.0.unwrap();
    let [failure] = &failures(&callbacks)[..] else { panic!("{:?}", callbacks.calls()) };
    assert_eq!(failure.error(), "Bridge.NotForwarded");
    let cause: Value = serde_json::from_str(&failure.cause()).unwrap();
    assert_eq!(cause["message"], "the queue refuses the message: InvalidParameterValue");
    assert!(cause["bytes"].as_u64() > Some(50) && cause["attempt"].is_string(), "{cause}");
    assert_eq!(queue.taken().len(), 1, "the next one is taken");
}

#[tokio::test(start_paused = true)]
async fn what_no_worker_could_read_is_failed_and_not_sent() {
    let too_deep = format!("{}{}", "[".repeat(127), "]".repeat(127));
    let activity = Scripted::new([at_once(Ok(Some(given(1, &too_deep))))]);
    let (queue, callbacks) = (Queue::default(), RecordingCallbacks::default());
    poll(&activity, &queue, &callbacks, 1, TIMEOUT).await.0.unwrap();
    let errors: Vec<String> = failures(&callbacks).iter().map(|failure| failure.error().to_owned()).collect();
    assert_eq!((errors, queue.taken().len()), (vec!["Bridge.InvalidInput".to_owned()], 0));
}

/// Those that wait are safe in their activity.
#[tokio::test(start_paused = true)]
async fn while_the_queue_takes_nothing_tasks_are_risked_one_by_one_and_failed_in_time() {
    let activity = Scripted::new((0..100).map(|number| at_once(Ok(Some(task(number))))));
    let (queue, callbacks) = (Queue::away(), RecordingCallbacks::default());
    let (ended, took) = poll(&activity, &queue, &callbacks, 10, TIMEOUT).await;
    assert!(ended.is_ok() && took < TIMEOUT, "{ended:?} after {took:?}");
    assert_eq!((activity.given(), activity.dropped()), (10, 0), "one for each poll that was open");
    let failures = failures(&callbacks);
    assert_eq!(failures.len(), 10);
    assert!(failures.iter().all(|failure| failure.error() == "Bridge.NotForwarded"), "{failures:?}");
}

/// A task for the first poll; the others find none for half a minute, and then there are many.
fn one_and_then_many() -> Scripted {
    let none = (0..9).map(|_| (Duration::from_secs(30), Ok(None)));
    let many = (1..50).map(|number| at_once(Ok(Some(task(number)))));
    Scripted::new([at_once(Ok(Some(task(0))))].into_iter().chain(none).chain(many))
}

#[tokio::test(start_paused = true)]
async fn no_other_poll_is_begun_until_the_queue_takes_messages_again() {
    let (activity, callbacks) = (one_and_then_many(), RecordingCallbacks::default());
    poll(&activity, &Queue::away(), &callbacks, 10, TIMEOUT).await.0.unwrap();
    assert_eq!((activity.given(), failures(&callbacks).len()), (1, 1));

    let (activity, callbacks) = (one_and_then_many(), RecordingCallbacks::default());
    let queue = Queue::replying((0..25).map(|_| Err(not_taken()))); // for some 35 seconds
    poll(&activity, &queue, &callbacks, 10, TIMEOUT).await.0.unwrap();
    assert_eq!((activity.given(), queue.taken().len(), callbacks.calls()), (50, 50, vec![]));
}

#[tokio::test(start_paused = true)]
async fn one_that_can_neither_be_sent_nor_failed_is_told_and_ends_nothing() {
    log::listen();
    let activity = Scripted::new([at_once(Ok(Some(task(4711))))]);
    let denied = (0..100).map(|_| Err(Refusal::Denied { code: "AccessDeniedException".to_owned() }));
    let callbacks = RecordingCallbacks::default().answering(denied);
    let (ended, took) = poll(&activity, &Queue::away(), &callbacks, 1, TIMEOUT).await;
    assert!(ended.is_ok() && took < TIMEOUT, "{ended:?} after {took:?}");
    let lines = log::lines();
    let attempt = task(4711).token.attempt_id();
    let lost = "a task of the activity could neither be sent nor failed: it waits for its heartbeat or its timeout";
    let line = lines.lines().find(|line| line.contains(lost) && line.contains(attempt.as_str()));
    assert!(line.is_some_and(|line| line.contains("ERROR")), "{lines}");
    assert!(!lines.contains(bench::TOKEN), "a token was logged");
}

#[tokio::test(start_paused = true)]
async fn an_activity_that_is_not_now_or_not_known_is_asked_again() {
    let throttled = || PollError::Throttled { code: "ThrottlingException".to_owned() };
    let unheard = || PollError::Unheard { reason: "no reply in time".to_owned() };
    let activity = Scripted::new([at_once(Err(throttled())), at_once(Err(unheard())), at_once(Ok(Some(task(1))))]);
    let queue = Queue::default();
    let (ended, _) = poll(&activity, &queue, &RecordingCallbacks::default(), 1, TIMEOUT).await;
    assert_eq!((ended, queue.taken().len()), (Ok(()), 1));
}

#[tokio::test(start_paused = true)]
async fn an_activity_that_refuses_ends_the_invocation_when_its_other_polls_have_ended() {
    let refused = || PollError::Refused { code: "ActivityDoesNotExist".to_owned() };
    let activity = Scripted::new([at_once(Err(refused()))]);
    let (ended, took) = poll(&activity, &Queue::default(), &RecordingCallbacks::default(), 2, TIMEOUT).await;
    assert_eq!((ended, took), (Err(PollFailed::Refused(refused())), MINUTE));
    assert_eq!((activity.begun().len(), activity.dropped()), (2, 0));
}

/// Somebody has to hear of it, for the tasks wait there for as long as their executions may run.
#[tokio::test(start_paused = true)]
async fn an_activity_that_is_never_heard_of_fails_the_invocation() {
    for error in [
        PollError::Throttled { code: "ActivityWorkerLimitExceeded".to_owned() },
        PollError::Unheard { reason: "no connection, or it broke".to_owned() },
    ] {
        let activity = Scripted::new((0..1_000).map(|_| at_once(Err(error.clone()))));
        let (ended, took) = poll(&activity, &Queue::default(), &RecordingCallbacks::default(), 3, TIMEOUT).await;
        assert_eq!(ended, Err(PollFailed::Unheard));
        assert!(took < TIMEOUT && activity.begun().len() > 10, "{} polls in {took:?}", activity.begun().len());
    }
}

#[tokio::test(start_paused = true)]
async fn without_time_for_a_poll_none_is_begun() {
    let activity = Scripted::default();
    let short = Duration::from_secs(84);
    let (ended, _) = poll(&activity, &Queue::default(), &RecordingCallbacks::default(), 1, short).await;
    assert_eq!((ended, activity.begun().len()), (Err(PollFailed::TooShort), 0));
}

/// What the schedule sends is not looked at.
#[test]
fn the_sample_event_is_a_scheduled_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/poll-activity");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "schedule");
    let event: Value = serde_json::from_str(&fs::read_to_string(folder.join("schedule.json")).unwrap()).unwrap();
    assert_eq!(event["detail-type"], "Scheduled Event");
}
