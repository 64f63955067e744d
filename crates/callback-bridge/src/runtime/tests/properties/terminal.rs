//! What becomes of dead letters, whose runtime knows a terminal queue.

use proptest::prelude::*;

use super::{
    generator::scenario,
    journal::{Entry, What},
    scenario::Scenario,
    seen::play,
};

fn dead_letters() -> impl Strategy<Value = Scenario> {
    scenario().prop_map(|scenario| Scenario { terminal: true, ..scenario })
}

proptest! {
    #[test]
    fn a_dead_letter_is_deleted_only_when_its_task_is_over_or_the_terminal_queue_has_it(scenario in dead_letters()) {
        let seen = play(&scenario);
        for (position, _) in seen.records() {
            let is_over = |entry: &Entry| {
                entry.is_accepted_answer() || entry.is_call() && entry.is_closed() || entry.is_taken_by_the_terminal_queue()
            };
            let last = seen.about(position).filter(|entry| entry.is_call() || entry.what == What::Forward).last();
            prop_assert_eq!(!seen.is_kept(position), last.is_some_and(is_over), "{}: {:#?}", position, last);
        }
    }

    #[test]
    fn only_what_cannot_be_answered_goes_to_the_terminal_queue(scenario in dead_letters()) {
        let seen = play(&scenario);
        for (position, record) in seen.records() {
            let forwarded = seen.about(position).filter(|entry| entry.what == What::Forward).count();
            prop_assert!(forwarded <= 1, "{} went there {} times", position, forwarded);
            if forwarded == 1 {
                let calls = seen.calls(position);
                prop_assert!(!calls.iter().any(|call| call.is_accepted_answer() || call.is_closed()), "{}", position);
                let is_exhausted = record.receives >= 2 * scenario.max_receives.get();
                let is_unknown = calls.last().is_some_and(|call| call.is_bad_token());
                prop_assert!(!record.body.names_a_task() || is_unknown || is_exhausted, "{}: {:#?}", position, calls);
            }
        }
    }
}
