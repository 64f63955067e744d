//! The provider answers once, by each way that there is.

use std::time::Duration;

use callback_bridge_local::{
    CallEvent,
    provider::{Way, payees},
};
use callbacks::Source;

use super::bench::{in_short, message, run, run_on};
use crate::bench::stack;

#[test]
fn the_response_is_the_answer() {
    run("webhook-response", async |payments| {
        let paid = payments.pay(payees::PROMPT).await;
        payments.is_paid(&paid, &Source::Response).await;
        let failing = payments.pay(payees::FAILING).await;
        let cause = payments.bridge.fails(&failing.execution, "Payment.Failed").await;
        assert_eq!(message(&cause), "the account is closed");
        assert_eq!(cause["callbackId"], failing.payment.callback_id);
        assert_eq!((payments.responses(&paid), payments.responses(&failing)), (vec![200], vec![200]));
    });
}

#[test]
fn a_slow_response_is_waited_for() {
    run_on(stack("webhook-slow"), Duration::from_secs(2), async |payments| {
        let task = payments.pay(payees::SLOW).await;
        payments.is_paid(&task, &Source::Response).await;
        assert_eq!(payments.responses(&task), [200], "it is called once");
    });
}

#[test]
fn the_link_takes_heartbeats_and_the_answer() {
    run("webhook-link", async |payments| {
        let task = payments.pay(payees::LATER).await;
        let said = payments.said(&task, 3).await;
        assert_eq!(said.iter().map(|(way, _)| *way).collect::<Vec<_>>(), [Way::Heartbeat, Way::Heartbeat, Way::Answer]);
        let replies: Vec<_> = said.iter().map(|(_, reply)| in_short(reply)).collect();
        assert_eq!(replies, [(200, "open"), (200, "open"), (200, "succeeded")]);
        payments.is_paid(&task, &Source::Link).await;
        let calls = payments.sample.bridge.proxy().calls().items();
        let beats = calls.iter().filter(|call| &*call.operation == "SendTaskHeartbeat");
        let accepted = beats.filter(|call| matches!(call.what, CallEvent::Replied { status: 200, .. })).count();
        assert_eq!((accepted, payments.responses(&task)), (2, vec![202]));
    });
}

#[test]
fn a_signed_event_is_the_answer() {
    run("webhook-event", async |payments| {
        let task = payments.pay(payees::BY_EVENT).await;
        let said = payments.said(&task, 1).await;
        // It may come before the response is read, and is kept then.
        assert!(matches!(in_short(&said[0].1), (200, "succeeded") | (202, "kept")), "{said:?}");
        payments.is_paid_by_event(&task).await;
        assert_eq!(payments.responses(&task), [202]);
    });
}

#[test]
fn an_event_that_comes_before_the_response_is_the_answer() {
    run("webhook-early", async |payments| {
        let task = payments.pay(payees::EARLY).await;
        let said = payments.said(&task, 1).await;
        assert_eq!((said[0].0, in_short(&said[0].1)), (Way::Event, (202, "kept")));
        payments.is_paid_by_event(&task).await;
        assert_eq!(payments.responses(&task), [202], "it is called once");
    });
}
