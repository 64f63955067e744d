//! What a queue may do to a message.

use callback_bridge_local::Fault;

use super::{DROPPED, QUICK, accepted, deliveries, fails, inject, inquiries, logged_once, start, succeeds, worker};
use crate::bench::{holds, replies, run, stack};

#[test]
fn a_message_that_is_delivered_twice_at_once_is_answered_once() {
    run(stack("twice-at-once"), QUICK, async |sample| {
        inject(sample, Fault::DeliverTwiceAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let mut replies = replies(sample, "SendTaskSuccess");
        replies.sort(); // both are under way at once, and either may be heard first
        assert_eq!(replies, [None, Some("TaskTimedOut".to_owned())]);
        let late = logged_once(sample, "nobody waits for this answer any more: it came late, or twice").await;
        assert_eq!(late["disposition"], "closed");
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (2, 1), 1));
    });
}

/// It was received in time, and handed over when the execution had given it up.
#[test]
fn a_message_that_comes_late_is_not_worked_on() {
    let stack = stack("late")
        .parameter("CreditCheckHeartbeatSeconds", "1")
        .parameter("CreditCheckTimeoutSeconds", "2")
        .parameter("PollActivityHeartbeatSeconds", "1");
    run(stack, QUICK, async |sample| {
        let late = sample.bridge.host().faults().inject_lasting(worker(sample), Fault::DeliverLate);
        let execution = start(sample).await;
        holds(sample, "CreditCheckQueueUrl", [0, 1, 0]).await;
        let ended = sample.end_of(&execution, crate::bench::PATIENCE).await.unwrap();
        assert_eq!(ended.error.as_deref(), Some("CreditCheck.TimedOut"));
        assert_eq!(deliveries(sample), 0);
        late.take_back();
        fails(sample, &execution, "CreditCheck.TimedOut").await;
        assert_eq!(logged_once(sample, DROPPED).await["disposition"], "closed");
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (1, (0, 0), 0));
    });
}
