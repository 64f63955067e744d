//! Counting: one call where something happens.

use std::time::Duration;

use tokio::time::Instant;

pub(super) use crate::metrics::Outcome;
use crate::{
    Refusal,
    metrics::{DELIVERIES, MESSAGE_AGE, Reply, WORK_DURATION},
};

/// Step Functions replied to one try, or did not.
pub(super) fn reply(reply: &Result<(), Refusal>) {
    Reply::count(reply);
}

/// A delivery came to its end.
pub(super) fn delivery(outcome: impl Into<Outcome>) {
    DELIVERIES.count(outcome.into().into());
}

/// A message was delivered that was sent this long ago.
pub(super) fn message_age(age: Duration) {
    MESSAGE_AGE.record(age);
}

/// Takes the time of work that comes to its end; not of work that is dropped.
pub(super) async fn timing<T>(work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    WORK_DURATION.record(began.elapsed());
    done
}
