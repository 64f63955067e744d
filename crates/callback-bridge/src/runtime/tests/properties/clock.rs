//! Deadlines and heartbeats.

use std::time::Duration;

use proptest::prelude::*;

use super::{generator::scenario, journal::What, seen::play};

/// Tokio's clock rounds up to a millisecond.
pub(super) const TICK: Duration = Duration::from_millis(1);

proptest! {
    #[test]
    fn the_batch_is_reported_before_the_invocation_ends_and_nothing_is_left_running(scenario in scenario()) {
        let seen = play(&scenario);
        prop_assert!(seen.returned <= seen.respond_by(), "after {:?}", seen.returned - seen.began);
        prop_assert!(seen.journal.iter().all(|entry| entry.ended.is_some()));
        prop_assert_eq!(seen.journal.len(), seen.asked_later);
    }

    #[test]
    fn work_is_begun_before_its_deadline_and_over_by_then(scenario in scenario()) {
        let seen = play(&scenario);
        for work in (0..scenario.records.len()).filter_map(|position| seen.work(position)) {
            prop_assert_eq!(&work.what, &What::Work(seen.work_by()));
            prop_assert!(work.began < seen.work_by() && work.ended() <= seen.work_by(), "{work:#?}");
        }
    }

    #[test]
    fn a_reply_is_waited_for_until_its_time_is_up(scenario in scenario()) {
        let seen = play(&scenario);
        for call in seen.journal.iter().filter(|entry| entry.is_call() && entry.heard.is_none()) {
            let time = if call.is_answer() { seen.settle_by() } else { seen.work_by() };
            prop_assert!(call.ended() >= time, "dropped: {call:#?}");
        }
    }

    #[test]
    fn a_task_is_beaten_for_every_third_of_its_heartbeat_since_it_was_sent(scenario in scenario()) {
        let seen = play(&scenario);
        for (position, record) in seen.records() {
            let (Some(work), Some(third)) = (seen.work(position), record.third_of_heartbeat()) else { continue };
            let mut due = seen.began + third.saturating_sub(Duration::from_secs(record.waited));
            for (nth, heartbeat) in seen.heartbeats(position).into_iter().enumerate() {
                if nth == 0 && heartbeat.ended() <= work.began {
                    prop_assert!(heartbeat.began >= due || record.receives > 1, "{position}: {heartbeat:#?}");
                } else {
                    prop_assert!((due..=due + TICK).contains(&heartbeat.began), "{position}: {heartbeat:#?}");
                    prop_assert!(heartbeat.began <= work.ended(), "{position}: {heartbeat:#?}");
                }
                due = heartbeat.ended() + third;
            }
            prop_assert!(work.ended() <= due + TICK, "{position} misses a heartbeat");
        }
    }

    #[test]
    fn a_task_that_may_have_its_answer_is_beaten_for_before_its_work(scenario in scenario()) {
        let seen = play(&scenario);
        for (position, record) in seen.records() {
            let heartbeats = seen.heartbeats(position);
            let was_delivered_before = record.receives > 1;
            if let Some(work) = seen.work(position) && was_delivered_before {
                let first = heartbeats.first();
                prop_assert!(first.is_some_and(|first| first.ended() <= work.began), "{position}: {first:#?}");
            }
            if record.third_of_heartbeat().is_none() {
                prop_assert!(heartbeats.len() <= usize::from(was_delivered_before), "{position}: {heartbeats:#?}");
            }
        }
    }
}
