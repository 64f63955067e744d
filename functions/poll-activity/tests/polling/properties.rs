//! Whatever activity, queue and Step Functions reply: no poll is dropped, no task is forgotten, and the time is kept.

use std::{collections::BTreeSet, time::Duration};

use callback_bridge::{
    Answer, PollError, Refusal, SendError,
    test_util::{CallKind, RecordingCallbacks},
};
use poll_activity::PollFailed;
use proptest::prelude::*;
use serde_json::Value;
use tokio::runtime::Builder;

use crate::bench::{Queue, Reply, Scripted, TIMEOUT, not_taken, poll, task};

/// A task or nothing or an error, and the milliseconds that it takes: all that a poll can take is 70 seconds.
fn any_poll() -> impl Strategy<Value = (u8, u64)> {
    (0..8_u8, prop_oneof![0..200_u64, 0..70_000_u64])
}

fn replies(polls: &[(u8, u64)]) -> Vec<Reply> {
    let numbered = polls.iter().enumerate();
    let reply = |(number, &(kind, ms)): (usize, &(u8, u64))| {
        let reply = match kind {
            0..=4 => Ok(Some(task(number))),
            5 => Ok(None),
            6 => Err(PollError::Throttled { code: "ThrottlingException".to_owned() }),
            _ => Err(PollError::Unheard { reason: "no reply in time".to_owned() }),
        };
        (Duration::from_millis(ms), reply)
    };
    numbered.map(reply).collect()
}

fn any_send() -> impl Strategy<Value = Result<(), SendError>> {
    let refused = || SendError::Refused { code: "InvalidParameterValue".to_owned() };
    prop_oneof![2 => Just(Ok(())), 4 => Just(()).prop_map(|()| Err(not_taken())), 1 => Just(()).prop_map(move |()| Err(refused()))]
}

fn any_answer() -> impl Strategy<Value = Result<(), Refusal>> {
    let refusals = [
        Refusal::TaskTimedOut,
        Refusal::Throttled { code: "ThrottlingException".to_owned() },
        Refusal::Denied { code: "AccessDeniedException".to_owned() },
        Refusal::Unheard { reason: "no reply in time".to_owned() },
    ];
    prop_oneof![Just(Ok(())), prop::sample::select(refusals.to_vec()).prop_map(Err)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_task_that_is_given_out_is_sent_or_failed_before_the_end(
        polls in prop::collection::vec(any_poll(), 0..30),
        sends in prop::collection::vec(any_send(), 0..60),
        answers in prop::collection::vec(any_answer(), 0..10),
        open_polls in 1..6_usize,
        is_away in prop::bool::weighted(0.2),
        sending_ms in 0..3_000_u64,
        seconds in 85..200_u64,
    ) {
        let timeout = Duration::from_secs(seconds).max(if seconds.is_multiple_of(2) { TIMEOUT } else { Duration::ZERO });
        let activity = Scripted::new(replies(&polls));
        let queue = if is_away { Queue::away() } else { Queue::replying(sends) };
        let queue = queue.taking(Duration::from_millis(sending_ms));
        let callbacks = RecordingCallbacks::default().answering(answers).taking(Duration::from_millis(100));
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (ended, took) = runtime.block_on(poll(&activity, &queue, &callbacks, open_polls, timeout));

        let may_be_unheard = polls.iter().any(|&(kind, _)| kind > 5);
        prop_assert!(ended.is_ok() || (may_be_unheard && ended == Err(PollFailed::Unheard)), "{:?}", ended);
        prop_assert!(took < timeout, "{:?} of {:?}", took, timeout);
        prop_assert_eq!(activity.dropped(), 0);
        let sent = queue.taken().into_iter().map(|body| {
            let body: Value = serde_json::from_str(&body).unwrap();
            body["taskToken"].as_str().unwrap().to_owned()
        });
        let sent: Vec<String> = sent.collect();
        let distinct: BTreeSet<String> = sent.iter().cloned().collect();
        prop_assert_eq!(distinct.len(), sent.len(), "one is sent twice though the queue has it");
        let told: BTreeSet<String> = callbacks.calls().into_iter().map(|call| {
            assert!(matches!(&call.kind, CallKind::Answer(Answer::Failure(_))), "{:?}", call.kind);
            call.token.expose().to_owned()
        }).collect();
        prop_assert!(distinct.is_disjoint(&told), "one is failed that the queue has");
        prop_assert_eq!(distinct.len() + told.len(), activity.given(), "one is forgotten");
    }
}
