//! Any batch, in any world. What is simple comes first, so that a failure shrinks to it.

use std::{num::NonZeroU32, time::Duration};

use proptest::{
    collection::vec,
    option::{of, weighted},
    prelude::*,
    sample::select,
};

use super::scenario::{Body, End, Queue, Record, Reply, Scenario, Work};
use crate::{Refusal, RuntimeSettings, disposition::tests::refusals};

pub(super) fn scenario() -> impl Strategy<Value = Scenario> {
    let max_receives = (1..=6_u32).prop_map(|most| NonZeroU32::new(most).unwrap());
    (seconds(900), max_receives, any::<bool>(), any::<u64>(), vec(record(), 1..=10)).prop_map(
        |(time_left, max_receives, fifo, chance, records)| {
            let settling = RuntimeSettings::default().settling;
            Scenario { time_left, max_receives, fifo, terminal: false, settling, chance, records }
        },
    )
}

fn record() -> impl Strategy<Value = Record> {
    let heartbeat = of(seconds(250).prop_map(|seconds| seconds + 4));
    let message = (0..3_u8, 1..=7_u32, seconds(400), body(), heartbeat);
    let queue = select(&[Queue::Obeys, Queue::Obeys, Queue::Fails, Queue::NeverReplies]);
    (message, work(), replies(), replies(), queue).prop_map(|(message, work, answers, heartbeats, queue)| {
        let (group, receives, waited, body, heartbeat) = message;
        Record { group, receives, waited, body, heartbeat, work, answers, heartbeats, queue }
    })
}

fn body() -> impl Strategy<Value = Body> {
    use Body::{Good, NoToken, NotJson, TwoTokens, WrongField, WrongInput};
    select([vec![Good; 8], vec![WrongInput, WrongField, NoToken, TwoTokens, NotJson]].concat())
}

fn work() -> impl Strategy<Value = Work> {
    use End::{Error, Failure, NotJson, Output, Panic, PanicAtOnce, PanicInOutput, TooLarge};
    let rare = [Failure, NotJson, Panic, PanicAtOnce, PanicInOutput];
    let end = select([vec![Output; 8], vec![Error; 6], rare.repeat(2), vec![TooLarge]].concat()); // which is slow
    (weighted(0.9, seconds(1000)), end).prop_map(|(takes, end)| Work { takes, end })
}

/// Up to `most`; half of them are within a sixteenth of it.
fn seconds(most: u64) -> impl Strategy<Value = u64> {
    (0..=30_u64).prop_map(move |root| most * root.pow(4) / 30_u64.pow(4))
}

/// Half of the replies come at once, the others within half a minute or never. A third of them accept the call.
fn replies() -> impl Strategy<Value = Vec<Reply>> {
    let refused = refusals("Code").map(|refusal| Some(Err(refusal)));
    let says = [vec![Some(Ok(())); 5], refused.to_vec(), vec![None]].concat();
    let time = (0..=60_u64).prop_map(|root| Duration::from_millis(root.saturating_sub(30).pow(3)));
    let reply = |(time, says): (Duration, Option<Result<(), Refusal>>)| {
        says.map_or(Reply::Never, |says| Reply::After(time, says))
    };
    vec((time, select(says)).prop_map(reply), 1..=5)
}
