//! What happens to the service behind the worker.

use std::time::Duration;

use callback_bridge_local::{CallFault, Fault};

use super::{INQUIRY, QUICK, accepted, deliveries, inject, inquiries, logged_once, start, succeeds};
use crate::bench::{run, stack};

#[test]
fn a_bureau_that_throttles_is_asked_again_in_place() {
    run(stack("bureau-throttles"), QUICK, async |sample| {
        (0..2).for_each(|_| sample.bureau_proxy.faults().inject(INQUIRY, CallFault::refuse(429, "TooManyRequests")));
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (1, (1, 1), 1));
    });
}

#[test]
fn a_bureau_that_refuses_every_try_is_asked_again_with_the_next_delivery() {
    run(stack("bureau-refuses"), QUICK, async |sample| {
        (0..3).for_each(|_| sample.bureau_proxy.faults().inject(INQUIRY, CallFault::refuse(503, "ServiceUnavailable")));
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let again = logged_once(sample, "the task will be tried again").await;
        assert!(again["error"].as_str().unwrap().contains("503"), "{again}");
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
    });
}

#[test]
fn a_bureau_that_resets_connections_is_asked_again_in_place() {
    run(stack("bureau-resets"), QUICK, async |sample| {
        sample.bureau_proxy.faults().inject(INQUIRY, CallFault::ResetBeforeCall);
        sample.bureau_proxy.faults().inject(INQUIRY, CallFault::ResetBeforeReply);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (1, (2, 1), 1));
    });
}

#[test]
fn a_bureau_that_is_too_slow_is_asked_again_in_place() {
    run(stack("bureau-is-slow").parameter("BureauTimeoutSeconds", "2"), QUICK, async |sample| {
        sample.bureau_proxy.faults().inject(INQUIRY, CallFault::SlowReply(Duration::from_hours(1)));
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (1, (2, 1), 1));
    });
}
