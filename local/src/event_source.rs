//! SQS event source mappings, [as Lambda polls them](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).

mod delivery;
mod queue;
mod record;
mod response;

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::host::{EventKind, LambdaHost};
use crate::local_aws::EventSourceMapping;
use queue::Queue;

pub use response::{BatchOutcome, interpret};

/// Concurrent batches of a mapping without `MaximumConcurrency`: as many as Lambda begins with.
const CONCURRENCY: usize = 5;
/// From a failed request for messages to the next.
const AFTER_AN_ERROR: Duration = Duration::from_millis(200);

/// A running event source mapping; dropping it stops it.
#[derive(Debug)]
pub struct EventSource {
    mapping: EventSourceMapping,
    phase: watch::Sender<Phase>,
    task: JoinHandle<()>,
}

/// How far it is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Receiving,
    /// What was received is still dealt with.
    Draining,
    Stopping,
}

/// What its task works with.
struct Source {
    mapping: EventSourceMapping,
    queue: Queue,
    host: Arc<LambdaHost>,
    phase: watch::Receiver<Phase>,
}

impl EventSource {
    /// Starts to deliver the messages of a queue to a function; `None` if the mapping is disabled.
    ///
    /// # Errors
    /// If the queue does not exist or `sqs`, which has to call as the function's role does, may not read it, or if the
    /// mapping has filters: Lambda deletes what they do not match, and with it the token inside.
    pub async fn start(
        mapping: &EventSourceMapping,
        host: &Arc<LambdaHost>,
        sqs: aws_sdk_sqs::Client,
    ) -> anyhow::Result<Option<Self>> {
        if !mapping.enabled {
            return Ok(None);
        }
        if !mapping.filters.is_empty() {
            bail!("event source {} has filters, which delete what they do not match", mapping.id);
        }
        let queue = Queue::find(sqs, &mapping.source).await?;
        let (phase, phases) = watch::channel(Phase::Receiving);
        let source = Source { mapping: mapping.clone(), queue, host: Arc::clone(host), phase: phases };
        let task = tokio::spawn(run(Arc::new(source)));
        Ok(Some(Self { mapping: mapping.clone(), phase, task }))
    }

    /// What it was started with.
    #[must_use]
    pub fn mapping(&self) -> &EventSourceMapping {
        &self.mapping
    }

    /// Receives no more, as a mapping that is deleted or changed: what was received before is delivered and deleted.
    pub(crate) fn drain(&self) {
        self.phase.send_replace(Phase::Draining);
    }

    /// Waits until one that was told to end has done so.
    pub(crate) async fn ended(&mut self) {
        // It ends with its task's runtime at the latest.
        let _ = (&mut self.task).await;
    }

    /// Stops receiving, and gives up the deliveries under way: their messages are left to their visibility timeout.
    /// What the function is doing is not interrupted by this.
    pub async fn stop(mut self) {
        self.phase.send_replace(Phase::Stopping);
        self.ended().await;
    }
}

impl Drop for EventSource {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Source {
    fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    fn tell(&self, what: impl FnOnce(String) -> EventKind) {
        self.host.tell(&self.mapping.function, what(self.mapping.queue().to_owned()));
    }
}

async fn run(source: Arc<Source>) {
    let mut phase = source.phase.clone();
    // Deliveries end with this set, so none outlives the mapping.
    let mut deliveries = JoinSet::new();
    let all = async {
        poll(&source, &mut deliveries).await;
        while deliveries.join_next().await.is_some() {}
    };
    tokio::select! {
        _ = phase.wait_for(|phase| *phase == Phase::Stopping) => {}
        () = all => {}
    }
}

async fn poll(source: &Arc<Source>, deliveries: &mut JoinSet<()>) {
    let concurrency = source.mapping.maximum_concurrency.unwrap_or(CONCURRENCY);
    let capacity = Arc::new(Semaphore::new(concurrency));
    let window = Duration::from_secs(source.mapping.window_seconds);
    let mut failing = false;
    // Capacity comes first: a message that is received and then has to wait uses up its visibility timeout.
    while let Ok(permit) = Arc::clone(&capacity).acquire_owned().await {
        // A request for messages under way is not given up: one that arrives just then would be hidden from everybody.
        if source.phase() != Phase::Receiving {
            return;
        }
        while deliveries.try_join_next().is_some() {}
        match source.queue.batch(source.mapping.batch_size, window).await {
            Ok(batch) if batch.is_empty() => failing = false,
            Ok(batch) => {
                failing = false;
                let source = Arc::clone(source);
                deliveries.spawn(async move {
                    delivery::deliver(&source, batch).await;
                    drop(permit);
                });
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(%error, queue = source.mapping.queue(), "the queue can't be read");
                }
                tokio::time::sleep(AFTER_AN_ERROR).await;
            }
        }
    }
}
