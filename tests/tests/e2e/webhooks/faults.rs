//! open-callback dies around its call, or gets a message twice: the provider knows the call by its id, and pays once.

use std::time::Duration;

use callback_bridge_local::{
    CallFault, Fault,
    provider::{Dealing, SignedEvent, payees},
};
use callbacks::{Source, Status};

use super::bench::{Payments, Task, in_short, run};
use crate::stored::pass;

const OPEN: &str = "OpenCallbackFunction";
/// Longer than anybody has a callback to themselves.
const LEASE: Duration = Duration::from_mins(2);

impl Payments<'_> {
    fn inject(&self, fault: Fault) {
        let function = &self.sample.bridge.function(OPEN).unwrap().name;
        self.sample.bridge.host().faults().inject(function, fault);
    }

    /// A fault of a write to a callback that is parked, after this many others.
    fn inject_write(&self, before: usize, fault: CallFault) {
        let faults = self.sample.bridge.proxy().faults();
        for _ in 0..before {
            faults.inject("UpdateItem", CallFault::SlowReply(Duration::ZERO));
        }
        faults.inject("UpdateItem", fault);
    }

    /// The ids by which the provider was called.
    fn calls(&self) -> Vec<String> {
        let dealings = self.sample.provider.dealings().items().into_iter();
        let calls = dealings.filter_map(|dealing| match dealing {
            Dealing::Called(payment) => Some(payment.callback_id),
            _ => None,
        });
        calls.collect()
    }
}

/// How it was called: by one id, this often.
fn assert_called(payments: &Payments<'_>, task: &Task, times: usize) {
    assert_eq!(payments.calls(), vec![task.payment.callback_id.clone(); times]);
}

#[test]
fn killed_before_its_call_it_leaves_it_to_the_sweep() {
    run("webhook-before-call", async |payments| {
        payments.inject_write(0, CallFault::KillBeforeReply); // it has claimed what it is about to do
        payments.inject(Fault::ComeAgainAtOnce);
        let execution = payments.start("before", payees::PROMPT).await;
        payments.bridge.parked(1).await;
        assert_eq!((payments.calls(), payments.bridge.sweep().await), (vec![], 0), "its lease is not over");
        pass(payments.sample, LEASE).await;
        assert_eq!([payments.bridge.sweep().await, payments.bridge.sweep().await], [2, 0]);
        let task = payments.task(execution, "before").await;
        payments.is_paid(&task, &Source::Response).await;
        assert_called(payments, &task, 1);
    });
}

#[test]
fn killed_after_its_call_it_is_called_again_by_the_same_id_and_paid_once() {
    // Before it has written down what the provider calls the task, and before it has written what has become of the call.
    for before in [1, 2] {
        run(&format!("webhook-after-call-{before}"), async |payments| {
            payments.inject_write(before, CallFault::KillBeforeCall);
            payments.inject(Fault::ComeAgainAtOnce);
            let task = payments.called(payees::PROMPT).await;
            assert_eq!(payments.state_of(&task).await.status, Status::Pending);
            assert_eq!(payments.bridge.sweep().await, 0, "its lease is not over");
            assert_called(payments, &task, 1);
            payments.bridge.time_passes(&task.link, LEASE).await;
            assert_eq!([payments.bridge.sweep().await, payments.bridge.sweep().await], [2, 0]);
            payments.is_paid(&task, &Source::Response).await;
            assert_called(payments, &task, 2);
            assert_eq!(payments.sample.provider.links().len(), 1, "one payment");
        });
    }
}

#[test]
fn a_message_that_comes_twice_calls_once() {
    run("webhook-delivered-twice", async |payments| {
        for (payee, fault) in [(payees::FORGOTTEN, Fault::DeliverTwice), (payees::LATER, Fault::DeliverTwiceAtOnce)] {
            payments.inject(fault);
            payments.inject(Fault::ComeAgainAtOnce); // one of two at once may find the other still writing
            let task = payments.called(payee).await;
            if payee == payees::FORGOTTEN {
                let reply = payments.sample.provider.send(&SignedEvent::paid(&task.payment)).await.unwrap();
                assert_eq!(in_short(&reply), (200, "succeeded"));
                payments.is_paid_by_event(&task).await;
            } else {
                payments.said(&task, 3).await;
                payments.is_paid(&task, &Source::Link).await;
            }
            assert_eq!(payments.responses(&task), [202]);
        }
        assert_eq!((payments.calls().len(), payments.bridge.sweep().await), (2, 0));
    });
}
