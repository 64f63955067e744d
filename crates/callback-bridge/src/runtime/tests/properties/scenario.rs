//! Whole batches, and what the world does about them.

use std::{num::NonZeroU32, time::Duration};

use aws_lambda_events::event::sqs::SqsMessage;
use serde_json::json;

use super::super::{in_group, received, waited};
use crate::{
    Backoff, Refusal, RuntimeSettings, TaskToken,
    test_util::{sqs_message, sqs_text_message},
};

/// One invocation: its batch, and all that the worker, Step Functions and the queue will do. Times are in seconds.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) time_left: u64,
    pub(super) max_receives: NonZeroU32,
    /// Whether the batch comes from a FIFO queue.
    pub(super) fifo: bool,
    /// Whether the runtime knows a terminal queue, as that of dead letters does.
    pub(super) terminal: bool,
    /// How long the runtime waits before it tries again to answer.
    pub(super) settling: Backoff,
    /// The seed of all chance.
    pub(super) chance: u64,
    pub(super) records: Vec<Record>,
}

/// A message, and what happens about it.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) group: u8,
    pub(super) receives: u32,
    pub(super) waited: u64,
    pub(super) body: Body,
    pub(super) heartbeat: Option<u64>,
    pub(super) work: Work,
    /// What Step Functions replies to one answer after another; the last goes on for ever. Never empty.
    pub(super) answers: Vec<Reply>,
    /// The same for heartbeats.
    pub(super) heartbeats: Vec<Reply>,
    pub(super) queue: Queue,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Good,
    WrongInput,
    WrongField,
    NoToken,
    TwoTokens,
    NotJson,
}

/// How long the work takes, nothing for one that never ends, and what comes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    pub(super) takes: Option<u64>,
    pub(super) end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Output,
    TooLarge,
    NotJson,
    Failure,
    Error,
    Panic,
    /// In the call itself, before there is a future.
    PanicAtOnce,
    /// In writing the output as JSON.
    PanicInOutput,
}

/// A reply of Step Functions.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    Never,
    After(Duration, Result<(), Refusal>),
}

/// What the queue does when a message is to come again.
#[derive(Debug, Clone, Copy)]
pub(super) enum Queue {
    Obeys,
    Fails,
    NeverReplies,
}

/// The start of every token here, and of every piece of one; it is nowhere else.
pub(super) const SECRET: &str = "AQC";

pub(super) fn token(position: usize) -> String {
    format!("{SECRET}{position}+/").repeat(12) + "=="
}

/// Where the message of a task is in the batch.
pub(super) fn position_of(token: &TaskToken) -> usize {
    let after = token.expose().trim_start_matches(SECRET);
    after.split('+').next().and_then(|position| position.parse().ok()).expect("a token of the batch")
}

impl Scenario {
    pub(super) fn settings(&self) -> RuntimeSettings {
        let terminal_queue_url = self.terminal.then(|| "https://terminal".to_owned());
        let (max_receives, settling) = (self.max_receives, self.settling);
        RuntimeSettings { max_receives, terminal_queue_url, settling, ..RuntimeSettings::default() }
    }

    /// Whether the queue gives the message up after this delivery.
    pub(super) fn is_last_delivery(&self, position: usize) -> bool {
        self.records[position].receives >= self.max_receives.get()
    }

    /// Whether two messages are to be handled in their order.
    pub(super) fn are_in_one_lane(&self, one: usize, other: usize) -> bool {
        one == other || self.fifo && self.records[one].group == self.records[other].group
    }

    /// The positions of the messages of each lane, in their order.
    pub(super) fn lanes(&self) -> Vec<Vec<usize>> {
        let mut lanes: Vec<Vec<usize>> = Vec::new();
        for position in 0..self.records.len() {
            match lanes.iter_mut().find(|lane| self.are_in_one_lane(lane[0], position)) {
                Some(lane) => lane.push(position),
                None => lanes.push(vec![position]),
            }
        }
        lanes
    }

    /// The same, with nothing left to chance but the waits of redeliveries: a wait before another try is always rounded
    /// to the next millisecond. Every reply takes a second more, so that there are not too many tries.
    pub(super) fn without_chance(mut self) -> Self {
        self.settling = Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
        let replies =
            self.records.iter_mut().flat_map(|record| record.answers.iter_mut().chain(&mut record.heartbeats));
        for reply in replies {
            if let Reply::After(time, _) = reply {
                *time += Duration::from_secs(1);
            }
        }
        self
    }

    /// The message at a position, whose id this is as well.
    pub(super) fn message(&self, position: usize) -> SqsMessage {
        let record = &self.records[position];
        let message = record.body.message(position, record.heartbeat);
        let message = received(waited(message, Duration::from_secs(record.waited)), record.receives);
        let queue = message.event_source_arn.clone();
        let mut message = in_group(&record.group.to_string(), message);
        if !self.fifo {
            message.event_source_arn = queue; // where a group means nothing
        }
        message
    }
}

impl Record {
    /// A third of the state's heartbeat, when the message says it so that it can be read.
    pub(super) fn third_of_heartbeat(&self) -> Option<Duration> {
        let heartbeat = self.heartbeat.filter(|_| matches!(self.body, Body::Good | Body::WrongInput));
        heartbeat.map(|seconds| Duration::from_secs(seconds) / 3)
    }
}

impl Body {
    /// With the token in more places than it belongs.
    fn message(self, position: usize, heartbeat: Option<u64>) -> SqsMessage {
        let (id, token) = (position.to_string(), token(position));
        let input = json!({ "record": position, "about": format!("the one with {token}"), "token": token });
        let body = match self {
            Self::Good => json!({ "taskToken": token, "input": input, "heartbeatSeconds": heartbeat }),
            Self::WrongInput => {
                let input = json!({ "record": format!("the one with {token}") });
                json!({ "taskToken": token, "input": input, "heartbeatSeconds": heartbeat })
            }
            Self::WrongField => json!({ "taskToken": token, "heartbeatSeconds": format!("as {token}") }),
            Self::NoToken => json!({ "tokens": [token] }),
            Self::TwoTokens => json!({ "taskToken": token, "TaskToken": format!("{token}=") }),
            Self::NotJson => return sqs_text_message(&id, &format!("{{\"taskToken\": \"{token}")),
        };
        sqs_message(&id, &body)
    }

    pub(super) fn names_a_task(self) -> bool {
        matches!(self, Self::Good | Self::WrongInput | Self::WrongField)
    }
}
