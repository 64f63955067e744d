//! The worker, Step Functions and the queue of a scenario. They do as it says, and write down what they are asked.

use std::{
    collections::BTreeMap,
    future::pending,
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lambda_events::event::sqs::SqsMessage;
use serde::{Serialize, Serializer};
use tokio::time::{Instant, sleep};

use super::{
    journal::{Entry, What},
    scenario::{End, Queue, Reply, Scenario, Work, position_of},
};
use crate::{
    Answer, MessageQueue, QueueError, ReceivedMessage, Refusal, Task, TaskCallbacks, TaskFailure, TaskHandle,
    TaskToken, WorkError, Worker,
};

#[derive(Debug, Clone)]
pub(super) struct World {
    scenario: Arc<Scenario>,
    journal: Arc<Mutex<Vec<Entry>>>,
}

impl World {
    pub(super) fn of(scenario: &Scenario) -> Self {
        Self { scenario: Arc::new(scenario.clone()), journal: Arc::default() }
    }

    /// What was asked for so far, in its order.
    pub(super) fn journal(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, position: usize, what: What) -> Doing<'_> {
        let mut journal = self.lock();
        journal.push(Entry { position, what, began: Instant::now(), ended: None, heard: None });
        Doing { world: self, entry: journal.len() - 1 }
    }

    async fn call(&self, called_with: &TaskToken, what: What) -> Result<(), Refusal> {
        let position = position_of(called_with);
        let record = &self.scenario.records[position];
        let is_heartbeat = what == What::Heartbeat;
        let replies = if is_heartbeat { &record.heartbeats } else { &record.answers };
        let is_alike = |entry: &&Entry| entry.is_call() && (entry.what == What::Heartbeat) == is_heartbeat;
        let before = self.lock().iter().filter(|entry| entry.position == position).filter(is_alike).count();
        let doing = self.begin(position, what);
        match &replies[before.min(replies.len() - 1)] {
            Reply::Never => pending().await,
            Reply::After(time, says) => {
                sleep(*time).await;
                doing.done(says.clone());
                says.clone()
            }
        }
    }
}

/// Something that goes on, until this is dropped.
struct Doing<'a> {
    world: &'a World,
    entry: usize,
}

impl Doing<'_> {
    fn done(self, reply: Result<(), Refusal>) {
        self.world.lock()[self.entry].heard = Some(reply);
    }
}

impl Drop for Doing<'_> {
    fn drop(&mut self) {
        self.world.lock()[self.entry].ended = Some(Instant::now());
    }
}

impl TaskCallbacks for World {
    async fn answer(&self, task: TaskHandle<'_>, answer: &Answer) -> Result<(), Refusal> {
        self.call(task.token, What::Answer(answer.clone())).await
    }

    async fn heartbeat(&self, task: TaskHandle<'_>) -> Result<(), Refusal> {
        self.call(task.token, What::Heartbeat).await
    }
}

impl MessageQueue for World {
    async fn redeliver_after(&self, message: &ReceivedMessage, delay: Duration) -> Result<(), QueueError> {
        let position = message.receipt_handle.trim_start_matches("receipt-").parse().expect("a receipt of the batch");
        let doing = self.begin(position, What::Redelivery(delay));
        match self.scenario.records[position].queue {
            Queue::NeverReplies => pending().await,
            Queue::Obeys => {
                doing.done(Ok(()));
                Ok(())
            }
            Queue::Fails => {
                doing.done(Ok(()));
                Err(QueueError("as the scenario wants it".to_owned()))
            }
        }
    }

    async fn forward(&self, message: &SqsMessage, _: &str, _: &str) -> Result<(), QueueError> {
        let position = message.message_id.as_deref().and_then(|id| id.parse().ok()).expect("a message of the batch");
        let doing = self.begin(position, What::Forward);
        match self.scenario.records[position].queue {
            Queue::NeverReplies => pending().await,
            Queue::Obeys => {
                doing.done(Ok(()));
                Ok(())
            }
            Queue::Fails => Err(QueueError("as the scenario wants it".to_owned())),
        }
    }
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Orders {
    record: usize,
    about: String,
}

/// What a worker may come up with; it tells all that it knows.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Output {
    Text(String),
    NotJson(BTreeMap<(u8, u8), String>),
    #[serde(serialize_with = "panic_as_ordered")]
    Panic(String),
}

fn panic_as_ordered<S: Serializer>(about: &str, _: S) -> Result<S::Ok, S::Error> {
    panic_about(about)
}

/// As `panic!` does it, but without a line on standard error.
fn panic_about(about: &str) -> ! {
    resume_unwind(Box::new(format!("{} {about}", End::Panic.reason())))
}

impl End {
    /// What the worker says when it comes to this end.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Error => "the line is busy",
            Self::Failure => "no such applicant",
            Self::Panic | Self::PanicAtOnce | Self::PanicInOutput => "as ordered",
            Self::Output | Self::TooLarge | Self::NotJson => "done",
        }
    }
}

impl Worker for World {
    type Input = Orders;
    type Output = Output;

    fn work(&self, task: Task<Orders>) -> impl Future<Output = Result<Output, WorkError>> + Send {
        let Orders { record, about } = task.input;
        let doing = self.begin(record, What::Work(task.deadline));
        let Work { takes, end } = self.scenario.records[record].work;
        if end == End::PanicAtOnce {
            doing.done(Ok(()));
            panic_about(&about);
        }
        async move {
            match takes {
                Some(seconds) => sleep(Duration::from_secs(seconds)).await,
                None => pending().await,
            }
            doing.done(Ok(()));
            let said = format!("{} {about}", end.reason());
            match end {
                End::Output => Ok(Output::Text(said)),
                End::TooLarge => Ok(Output::Text(said.repeat(7_000))),
                End::NotJson => Ok(Output::NotJson(BTreeMap::from([((0, 0), said)]))),
                End::PanicInOutput => Ok(Output::Panic(said)),
                End::Failure => Err(TaskFailure::new("Test.Failed", said).into()),
                End::Error => Err(std::io::Error::other(said).into()),
                End::Panic | End::PanicAtOnce => panic_about(&about),
            }
        }
    }
}
