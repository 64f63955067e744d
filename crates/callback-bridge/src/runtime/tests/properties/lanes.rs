//! Order within a group of a FIFO queue, and independence of everything else.

use std::time::Duration;

use proptest::prelude::*;

use super::{
    generator::scenario,
    journal::{Entry, What},
    seen::{Seen, play, play_only},
};

proptest! {
    #[test]
    fn a_group_goes_in_order_and_waits_for_a_message_that_comes_again(scenario in scenario()) {
        let seen = play(&scenario);
        for lane in scenario.lanes() {
            let is_handling = |entry: &&Entry| !matches!(entry.what, What::Redelivery(_));
            let of_lane = seen.journal.iter().filter(|entry| lane.contains(&entry.position));
            let handling: Vec<&Entry> = of_lane.filter(is_handling).collect();
            for pair in handling.windows(2) {
                let (before, after) = (pair[0], pair[1]);
                prop_assert!(before.position <= after.position, "{pair:#?}");
                prop_assert!(before.position == after.position || before.ended() <= after.began, "{pair:#?}");
            }
            for behind in lane.into_iter().filter(|position| seen.is_behind(*position)) {
                prop_assert!(seen.is_kept(behind), "{behind} is deleted, though one before it comes again");
                prop_assert!(handling.iter().all(|entry| entry.position != behind), "{behind} is handled");
                prop_assert_eq!(seen.redeliveries(behind), [Duration::ZERO], "{} stays hidden", behind);
            }
        }
    }

    #[test]
    fn a_lane_ends_in_its_batch_as_it_ends_alone(scenario in scenario()) {
        let scenario = scenario.without_chance();
        let together = play(&scenario);
        for lane in scenario.lanes() {
            let alone = play_only(&scenario, &lane);
            for position in lane {
                prop_assert_eq!(story(&together, position), story(&alone, position), "{}", position);
            }
        }
    }
}

/// All that was seen of a message, but for how long it waits: that is left to chance.
fn story(seen: &Seen, position: usize) -> String {
    let told = seen.about(position).map(|entry| {
        let what = match &entry.what {
            What::Work(deadline) => format!("work until {:?}", *deadline - seen.began),
            What::Redelivery(wait) => format!("redelivery, at once: {}", wait.is_zero()),
            call @ (What::Heartbeat | What::Answer(_)) => format!("{call:?}"),
        };
        let (began, ended) = (entry.began - seen.began, entry.ended() - seen.began);
        format!("{what} from {began:?} to {ended:?}: {:?}\n", entry.heard)
    });
    format!("{}kept: {}", told.collect::<String>(), seen.is_kept(position))
}
