//! A stack, its payment provider, and the payments that its tasks ask for.

use std::{collections::BTreeSet, time::Duration};

use callback_bridge_local::{
    LocalRegion, Sample, StackOptions,
    provider::{BridgeReply, Dealing, PAYMENT_PROVIDER, Payment, Way},
};
use callbacks::{Callback, Decision, Outcome, Source, State, Status};
use serde_json::{Value, json};

use crate::{
    approvals::{People, secrets},
    bench::{self, PATIENCE, becomes_empty},
};

/// Runs a flow as [`bench::run`] does, and then looks whether a link was stored, or a token kept too long.
pub(super) fn run(name: &str, flow: impl AsyncFnOnce(&Payments<'_>)) {
    run_on(bench::stack(name), Duration::ZERO, flow);
}

/// The same on a stack that is deployed with more than its name, with a provider that takes this long over its slow payee.
pub(super) fn run_on(stack: StackOptions, slow: Duration, flow: impl AsyncFnOnce(&Payments<'_>)) {
    run_prepared(async |_| stack, slow, flow);
}

/// The same with a stack for which something has to be there before.
pub(super) fn run_prepared(
    prepare: impl AsyncFnOnce(&LocalRegion) -> StackOptions,
    slow: Duration,
    flow: impl AsyncFnOnce(&Payments<'_>),
) {
    bench::run_prepared(prepare, slow, async |sample| {
        let payments = Payments { sample, bridge: People::of(sample) };
        flow(&payments).await;
        let links: BTreeSet<_> =
            sample.provider.links().iter().map(|link| link.rsplit('.').next().unwrap().to_owned()).collect();
        secrets::assert_none_is_stored(&payments.bridge.items().await, &links);
    });
}

/// A stack and the payments that are asked for by it.
pub(super) struct Payments<'a> {
    pub(super) sample: &'a Sample,
    /// What is done to callbacks whoever answers them: sweeps, withdrawals, time.
    pub(super) bridge: People<'a>,
}

/// A task that waits for the provider.
pub(super) struct Task {
    pub(super) execution: String,
    pub(super) payment: Payment,
    /// The link without `/answer`; a secret.
    pub(super) link: String,
}

impl Payments<'_> {
    /// Starts an execution that pays somebody.
    pub(super) async fn start(&self, reference: &str, payee: &str) -> String {
        let input = json!({ "reference": reference, "payTo": payee, "amount": 25000, "currency": "EUR" });
        self.sample.start("PaymentStateMachineArn", &input).await.unwrap()
    }

    /// Has somebody be paid, and waits until the provider was called.
    pub(super) async fn pay(&self, payee: &str) -> Task {
        let reference = format!("for {payee}");
        let execution = self.start(&reference, payee).await;
        self.task(execution, &reference).await
    }

    /// The task of an execution, as soon as the provider was called about it.
    pub(super) async fn task(&self, execution: String, reference: &str) -> Task {
        let payment = self.sample.provider.payment(reference, PATIENCE).await.unwrap();
        let link = self.sample.provider.link_of(&payment).unwrap();
        Task { execution, payment, link: link.strip_suffix("/answer").unwrap().to_owned() }
    }

    /// The same, and waits until open-callback has come to its end.
    pub(super) async fn called(&self, payee: &str) -> Task {
        let task = self.pay(payee).await;
        becomes_empty(self.sample, "CallbackQueueUrl").await;
        task
    }

    /// What has become of a task.
    pub(super) async fn state_of(&self, task: &Task) -> State {
        let Callback { state, .. } = self.bridge.callback(&task.link).await;
        state
    }

    /// The decision about a task that is settled.
    pub(super) async fn decision_of(&self, task: &Task) -> Decision {
        becomes_empty(self.sample, "CallbackQueueUrl").await;
        let state = self.state_of(task).await;
        let Status::Settled { decision: Some(decision), .. } = state.status else { panic!("{state:?}") };
        decision
    }

    /// How the answer came that has settled a task.
    pub(super) async fn source_of(&self, task: &Task) -> Source {
        match self.decision_of(task).await.outcome {
            Outcome::Answered { source, .. } => source,
            other => panic!("{other:?} is no answer"),
        }
    }

    /// Waits until a task has succeeded, because the provider said in its own form, by this way, that it has paid.
    pub(super) async fn is_paid(&self, task: &Task, by: &Source) {
        assert_eq!(self.bridge.succeeds(&task.execution).await["payment"], task.payment.paid());
        assert_eq!(self.source_of(task).await, *by);
    }

    /// Waits until a task has succeeded, because an event of the provider said that it has paid.
    pub(super) async fn is_paid_by_event(&self, task: &Task) {
        assert_eq!(self.bridge.succeeds(&task.execution).await["payment"]["data"], task.payment.paid());
        assert!(matches!(self.source_of(task).await, Source::Event { sender, .. } if sender == PAYMENT_PROVIDER));
    }

    /// The statuses that the provider has responded with to the calls for a payment.
    pub(super) fn responses(&self, task: &Task) -> Vec<u16> {
        let dealings = self.sample.provider.dealings().items().into_iter();
        let responses = dealings.filter_map(|dealing| match dealing {
            Dealing::Responded { payment_id, status } if payment_id == task.payment.id => Some(status),
            _ => None,
        });
        responses.collect()
    }

    /// Waits until the provider has said this many things about a payment by itself, and returns how and what it was told.
    pub(super) async fn said(&self, task: &Task, count: usize) -> Vec<(Way, BridgeReply)> {
        let mut dealings = self.sample.provider.dealings().reader();
        let is_it =
            |dealing: &Dealing| matches!(dealing, Dealing::Said { payment_id, .. } if *payment_id == task.payment.id);
        let mut said = Vec::new();
        while said.len() < count {
            if let Dealing::Said { way, reply, .. } = dealings.find(PATIENCE, is_it).await.unwrap() {
                said.push((way, reply));
            }
        }
        said
    }
}

/// How something was said, and in short what was replied: the status, and the field `status` or the end of the `type`.
pub(super) fn in_short(reply: &BridgeReply) -> (u16, &str) {
    let said = if reply.status < 400 { &reply.body["status"] } else { &reply.body["type"] };
    (reply.status, said.as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default())
}

/// The message in the cause of a failure.
pub(super) fn message(cause: &Value) -> &str {
    cause["message"].as_str().unwrap()
}
