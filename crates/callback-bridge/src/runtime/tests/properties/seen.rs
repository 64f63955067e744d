//! What is seen when a scenario is played, on a paused clock.

use std::time::Duration;

use tokio::{
    runtime::Builder,
    time::{Instant, sleep, timeout},
};

use super::{
    journal::{Entry, What},
    scenario::{Record, Scenario},
    world::World,
};
use crate::{
    Answer, WorkerRuntime,
    test_util::{invocation, sqs_event},
};

#[derive(Debug)]
pub(super) struct Seen {
    pub(super) scenario: Scenario,
    pub(super) began: Instant,
    pub(super) returned: Instant,
    /// When Lambda would end the invocation.
    pub(super) end: Instant,
    /// The response, as it is sent.
    pub(super) response: String,
    /// The positions of the messages to keep.
    pub(super) kept: Vec<usize>,
    /// What was asked for, in its order.
    pub(super) journal: Vec<Entry>,
    /// How much of that there is an hour after the response.
    pub(super) asked_later: usize,
}

/// Plays the whole batch.
pub(super) fn play(scenario: &Scenario) -> Seen {
    play_only(scenario, &(0..scenario.records.len()).collect::<Vec<_>>())
}

/// Plays a batch of the messages at these positions.
pub(super) fn play_only(scenario: &Scenario, positions: &[usize]) -> Seen {
    let world = World::of(scenario);
    let runtime = WorkerRuntime::new(world.clone(), world.clone(), world.clone(), scenario.settings());
    let event = sqs_event(positions.iter().map(|position| scenario.message(*position)));
    let time_left = Duration::from_secs(scenario.time_left);
    fastrand::seed(scenario.chance);
    let paused = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    paused.block_on(async {
        let began = Instant::now();
        let invocation = invocation(time_left);
        // A runtime that forgets a deadline shall fail its test, and not go on for ever.
        let most = time_left + Duration::from_hours(1);
        let response = timeout(most, runtime.handle(event, invocation)).await.expect("a response in time").unwrap();
        let (returned, journal) = (Instant::now(), world.journal());
        sleep(Duration::from_hours(1)).await;
        Seen {
            scenario: scenario.clone(),
            began,
            returned,
            end: invocation.ends,
            response: serde_json::to_string(&response).unwrap(),
            kept: response.batch_item_failures.iter().map(|kept| kept.item_identifier.parse().unwrap()).collect(),
            journal,
            asked_later: world.journal().len(),
        }
    })
}

impl Seen {
    pub(super) fn records(&self) -> impl Iterator<Item = (usize, &Record)> {
        self.scenario.records.iter().enumerate()
    }

    /// By when the response is out.
    pub(super) fn respond_by(&self) -> Instant {
        self.end - self.reserve(1)
    }

    /// By when the answers are.
    pub(super) fn settle_by(&self) -> Instant {
        self.respond_by() - self.reserve(1)
    }

    /// By when the work is done.
    pub(super) fn work_by(&self) -> Instant {
        self.settle_by() - self.reserve(5)
    }

    /// A tenth of the invocation's time, `most` seconds at most.
    fn reserve(&self, most: u64) -> Duration {
        ((self.end - self.began) / 10).min(Duration::from_secs(most))
    }

    pub(super) fn is_kept(&self, position: usize) -> bool {
        self.kept.contains(&position)
    }

    /// Whether a message before it in its lane has to come again.
    pub(super) fn is_behind(&self, position: usize) -> bool {
        (0..position).any(|before| self.scenario.are_in_one_lane(before, position) && self.comes_again(before))
    }

    pub(super) fn comes_again(&self, position: usize) -> bool {
        self.is_kept(position) && !self.scenario.is_last_delivery(position)
    }

    pub(super) fn about(&self, position: usize) -> impl Iterator<Item = &Entry> {
        self.journal.iter().filter(move |entry| entry.position == position)
    }

    /// Calls of Step Functions.
    pub(super) fn calls(&self, position: usize) -> Vec<&Entry> {
        self.about(position).filter(|entry| entry.is_call()).collect()
    }

    pub(super) fn answers(&self, position: usize) -> Vec<(&Entry, &Answer)> {
        self.about(position).filter_map(|entry| Some((entry, entry.answer()?))).collect()
    }

    pub(super) fn heartbeats(&self, position: usize) -> Vec<&Entry> {
        self.about(position).filter(|entry| entry.what == What::Heartbeat).collect()
    }

    pub(super) fn work(&self, position: usize) -> Option<&Entry> {
        self.about(position).find(|entry| matches!(entry.what, What::Work(_)))
    }

    /// Whether the work came to its end.
    pub(super) fn is_done(&self, position: usize) -> bool {
        self.work(position).is_some_and(|work| work.heard.is_some())
    }

    /// Whether a heartbeat told that an answer would not be taken.
    pub(super) fn is_in_vain(&self, position: usize) -> bool {
        let told = |heartbeat: &Entry| heartbeat.is_closed() || heartbeat.is_bad_token();
        self.heartbeats(position).into_iter().any(told)
    }

    /// After how long the message was to come again, each time that it was asked for.
    pub(super) fn redeliveries(&self, position: usize) -> Vec<Duration> {
        let wait = |entry: &Entry| match entry.what {
            What::Redelivery(wait) => Some(wait),
            What::Work(_) | What::Heartbeat | What::Answer(_) | What::Forward => None,
        };
        self.about(position).filter_map(wait).collect()
    }
}
