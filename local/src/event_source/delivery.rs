//! One batch: the function gets it, and what it is done with is deleted.

use aws_sdk_sqs::types::Message;

use super::record::event;
use super::response::{BatchOutcome, interpret};
use super::{Phase, Source};
use crate::host::{EventKind, Fault, Invocation, InvokeError};

/// Invokes the function with a batch and deletes what it has dealt with; the rest is left to its visibility timeout.
pub(super) async fn deliver(source: &Source, batch: Vec<Message>) {
    let message_ids = ids(&batch);
    let outcome = match invoke(source, &batch, &message_ids).await {
        Ok(invocation) => interpret(
            &invocation.payload,
            invocation.error.as_ref(),
            source.mapping.reports_batch_item_failures(),
            &message_ids,
        ),
        Err(error) => BatchOutcome::NoneDone { reason: error.to_string() },
    };
    let (done, failed, reason) = match outcome {
        BatchOutcome::AllDone => (batch.iter().collect(), Vec::new(), String::new()),
        BatchOutcome::NoneDone { reason } => (Vec::new(), message_ids, reason),
        BatchOutcome::Failed(failed) => {
            let done = |message: &&Message| !failed.iter().any(|id| message.message_id() == Some(id));
            (batch.iter().filter(done).collect(), failed, "the function reported it".to_owned())
        }
    };
    if !done.is_empty() {
        delete(source, &done).await;
    }
    if !failed.is_empty() {
        leave(source, &batch, failed, reason).await;
    }
}

async fn invoke(source: &Source, batch: &[Message], message_ids: &[String]) -> Result<Invocation, InvokeError> {
    let (host, function) = (&source.host, &source.mapping.function);
    let payload = event(batch, &source.mapping.source).to_string();
    if let Some(late) = host.faults().strike(function, |fault| *fault == Fault::DeliverLate) {
        late.taken_back().await;
    }
    let invoke = || {
        source.tell(|queue| EventKind::Delivered { queue, message_ids: message_ids.to_vec() });
        host.invoke(function, payload.clone())
    };
    if host.faults().strikes(function, Fault::DeliverTwiceAtOnce) {
        let (first, second) = tokio::join!(timed(invoke()), timed(invoke()));
        return if first.1 > second.1 { first.0 } else { second.0 };
    }
    let first = invoke().await;
    if host.faults().strikes(function, Fault::DeliverTwice) {
        return invoke().await;
    }
    first
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, tokio::time::Instant) {
    (work.await, tokio::time::Instant::now())
}

async fn delete(source: &Source, done: &[&Message]) {
    let (deleted, problem) = source.queue.delete(done).await;
    let message_ids = ids(deleted);
    if !message_ids.is_empty() {
        source.tell(|queue| EventKind::Deleted { queue, message_ids: message_ids.clone() });
    }
    if let Some(reason) = problem.filter(|_| source.phase() != Phase::Stopping) {
        let kept = ids(done.iter().copied()).into_iter().filter(|id| !message_ids.contains(id)).collect();
        source.tell(|queue| EventKind::Returned { queue, message_ids: kept, reason });
    }
}

/// Leaves messages to the time for which they are hidden.
async fn leave(source: &Source, batch: &[Message], failed: Vec<String>, reason: String) {
    if source.host.faults().strikes(&source.mapping.function, Fault::ComeAgainAtOnce) {
        let left = |message: &&Message| failed.iter().any(|id| message.message_id() == Some(id));
        let left: Vec<_> = batch.iter().filter(left).collect();
        if let Err(error) = source.queue.give_back(&left).await {
            tracing::warn!(%error, queue = source.mapping.queue(), "messages can't be made visible");
        }
    }
    source.tell(|queue| EventKind::Returned { queue, message_ids: failed, reason });
}

fn ids<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Vec<String> {
    messages.into_iter().filter_map(|message| message.message_id().map(str::to_owned)).collect()
}
