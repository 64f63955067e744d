//! Counting: one call where something happens.

use std::time::Duration;

use metrics::{counter, histogram};
use tokio::time::Instant;

pub(super) use crate::metrics::Outcome;
use crate::{
    Refusal,
    metrics::{DELIVERIES, MESSAGE_AGE, Metric, REPLIES, Reply, WORK_DURATION},
};

/// Step Functions replied to one try, or did not.
pub(super) fn reply(reply: &Result<(), Refusal>) {
    count(REPLIES, Reply::from(reply).into());
}

/// A delivery came to its end.
pub(super) fn delivery(outcome: impl Into<Outcome>) {
    count(DELIVERIES, outcome.into().into());
}

/// A message was delivered that was sent this long ago.
pub(super) fn message_age(age: Duration) {
    histogram!(MESSAGE_AGE.name).record(millis(age));
}

/// Takes the time of work that comes to its end; not of work that is dropped.
pub(super) async fn timing<T>(work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    histogram!(WORK_DURATION.name).record(millis(began.elapsed()));
    done
}

fn count(metric: Metric, value: &'static str) {
    match metric.dimension {
        Some(dimension) => counter!(metric.name, dimension.name => value).increment(1),
        None => counter!(metric.name).increment(1),
    }
}

/// Whole ones: nobody wants more, and they are shorter to log.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round()
}
