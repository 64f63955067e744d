//! What becomes of a message, and what its task is told.

use std::time::Duration;

use proptest::prelude::*;

use super::{
    generator::scenario,
    journal::Entry,
    scenario::{Body, End},
    seen::{Seen, play},
};
use crate::{Answer, RuntimeSettings, names};

proptest! {
    #[test]
    fn a_message_is_deleted_only_after_its_task_was_answered_or_closed(scenario in scenario()) {
        let seen = play(&scenario);
        for (nth, position) in seen.kept.iter().enumerate() {
            prop_assert!(*position < scenario.records.len() && !seen.kept[..nth].contains(position), "{:?}", seen.kept);
        }
        for (position, record) in seen.records() {
            let last = seen.calls(position).last().copied();
            let is_over = |call: &Entry| call.is_accepted_answer() || call.is_closed();
            if !seen.is_kept(position) {
                prop_assert!(record.body.names_a_task(), "{position} names no task");
                prop_assert!(last.is_some_and(is_over), "{position}: {last:#?}");
            } else if let Some(decided) = last.filter(|call| call.is_answer() || seen.is_in_vain(position)) {
                prop_assert!(!is_over(decided), "{position} is kept after {last:#?}");
            }
        }
    }

    #[test]
    fn a_task_is_told_what_became_of_its_work(scenario in scenario()) {
        let seen = play(&scenario);
        for position in 0..scenario.records.len() {
            let told = seen.answers(position).first().map(|(_, answer)| in_short(answer));
            let (told_error, told_text) = told.clone().unzip();
            let (error, reason) = to_be_told(&seen, position).unzip();
            prop_assert_eq!(told_error, error, "{}", position);
            prop_assert!(told_text.unwrap_or_default().contains(reason.unwrap_or_default()), "{position}: {told:?}");
        }
    }

    #[test]
    fn what_is_kept_comes_again_after_a_wait_of_its_own(scenario in scenario()) {
        let seen = play(&scenario);
        let backoff = RuntimeSettings::default().redelivery;
        for (position, record) in seen.records() {
            let waits = seen.redeliveries(position);
            prop_assert_eq!(waits.len(), usize::from(seen.is_kept(position)), "{}", position);
            let last = seen.calls(position).last().copied();
            let decided = last.filter(|call| call.is_answer() || seen.is_in_vain(position));
            let is_bad_token = decided.is_some_and(Entry::is_bad_token);
            let (least, most) = if seen.is_behind(position) || is_bad_token || !record.body.names_a_task() {
                (Duration::ZERO, Duration::ZERO)
            } else if decided.is_some_and(Entry::is_denied) {
                (backoff.longest(), backoff.longest())
            } else {
                (backoff.bound(record.receives) / 2, backoff.bound(record.receives))
            };
            let third = record.third_of_heartbeat().unwrap_or(most);
            for wait in waits {
                prop_assert!((least.min(third)..=most.min(third)).contains(&wait), "{position} waits {wait:?}");
            }
        }
    }
}

/// The error name of an answer, and its text.
fn in_short(answer: &Answer) -> (Option<String>, String) {
    let text = match answer {
        Answer::Success(output) => output.as_json().to_owned(),
        Answer::Failure(failure) => failure.cause(),
    };
    (answer.error().map(str::to_owned), text)
}

/// The same of what a task is to be told first; nothing where it is to be told nothing. Work that is to be tried again
/// is answered at the last delivery, and only then.
fn to_be_told(seen: &Seen, position: usize) -> Option<(Option<String>, &'static str)> {
    let record = &seen.scenario.records[position];
    let end = record.work.end;
    let (error, reason) = match record.body {
        _ if seen.is_behind(position) || seen.is_in_vain(position) => return None,
        Body::NoToken | Body::TwoTokens | Body::NotJson => return None,
        Body::WrongInput => (names::INVALID_INPUT, "input.record"),
        Body::WrongField => (names::INVALID_MESSAGE, "heartbeatSeconds"),
        Body::Good => match end {
            _ if !seen.is_done(position) => (names::RETRIES_EXHAUSTED, "the function's time"),
            End::Output => return Some((None, end.reason())),
            End::TooLarge => (names::OUTPUT_TOO_LARGE, "196608"),
            End::NotJson => (names::INVALID_OUTPUT, "JSON"),
            End::Failure => ("Test.Failed", end.reason()),
            End::Error | End::Panic | End::PanicAtOnce | End::PanicInOutput => (names::RETRIES_EXHAUSTED, end.reason()),
        },
    };
    let is_told = error != names::RETRIES_EXHAUSTED || seen.scenario.is_last_delivery(position);
    is_told.then(|| (Some(error.to_owned()), reason))
}
