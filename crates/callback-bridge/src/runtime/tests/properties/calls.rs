//! Calls of Step Functions.

use proptest::prelude::*;

use super::{
    clock::TICK,
    generator::scenario,
    journal::Entry,
    seen::{Seen, play},
};
use crate::{Answer, names};

proptest! {
    #[test]
    fn a_task_is_answered_once_and_called_about_one_at_a_time(scenario in scenario()) {
        let seen = play(&scenario);
        for position in 0..scenario.records.len() {
            let calls = seen.calls(position);
            for pair in calls.windows(2) {
                let (before, call) = (pair[0], pair[1]);
                prop_assert!(before.ended() <= call.began, "{position}: one call during another: {pair:#?}");
                if before.is_answer() {
                    prop_assert!(call.is_answer(), "{position}: a heartbeat after an answer: {pair:#?}");
                    prop_assert!(before.is_worth_another_try() || before.is_invalid(), "{position}: {pair:#?}");
                }
            }
        }
    }

    #[test]
    fn an_answer_is_tried_again_within_its_backoff_while_there_is_time(scenario in scenario()) {
        let seen = play(&scenario);
        let backoff = scenario.settings().settling;
        for position in 0..scenario.records.len() {
            for (_, tries) in answers(&seen, position) {
                for (nth, pair) in (1..).zip(tries.windows(2)) {
                    let wait = pair[1].began - pair[0].ended();
                    let bound = backoff.bound(nth);
                    prop_assert!((bound / 2..=bound + TICK).contains(&wait), "{position} waits {wait:?}, try {nth}");
                    prop_assert!(pair[1].began <= seen.settle_by(), "{position}: a try after its time");
                }
                let (count, last) = (u32::try_from(tries.len()).unwrap(), tries[tries.len() - 1]);
                let is_time_up = last.ended() + backoff.bound(count) >= seen.settle_by();
                prop_assert!(is_time_up || !last.is_worth_another_try(), "{position}: given up after {last:#?}");
            }
        }
    }

    #[test]
    fn an_answer_is_exchanged_only_for_the_failure_that_it_was_refused(scenario in scenario()) {
        let seen = play(&scenario);
        for position in 0..scenario.records.len() {
            match &answers(&seen, position)[..] {
                [] => {}
                [(answer, tries)] => {
                    let is_refused = tries[tries.len() - 1].is_invalid() && answer.error().is_none();
                    prop_assert!(!is_refused, "{position}: refused for ever");
                }
                [(Answer::Success(_), tries), (Answer::Failure(failure), instead)] => {
                    prop_assert!(tries[tries.len() - 1].is_invalid(), "{position}: {tries:#?}");
                    prop_assert_eq!(failure.error(), names::INVALID_OUTPUT);
                    prop_assert_eq!(tries[tries.len() - 1].ended(), instead[0].began);
                }
                other => prop_assert!(false, "{position}: {other:#?}"),
            }
        }
    }
}

/// The answers to a task, one after the other, and the tries of each.
fn answers(seen: &Seen, position: usize) -> Vec<(&Answer, Vec<&Entry>)> {
    let sent = seen.answers(position);
    let alike = sent.chunk_by(|(_, answer), (_, next)| answer == next);
    alike.map(|tries| (tries[0].1, tries.iter().map(|(entry, _)| *entry).collect())).collect()
}
