//! All that is sent to the outside, but for what Step Functions is told.

use callback_bridge::InvalidField;

use super::{
    CallError, CallReply, LateAnswer, LateAnswers, Notifier, NotifyError, OutgoingCall, OutgoingNotice, ReportError,
    Webhooks,
};
use crate::Webhook;

/// Whoever tells people, calls machines, and tells of late answers.
pub trait Outside: Notifier + Webhooks + LateAnswers {}

impl<O: Notifier + Webhooks + LateAnswers> Outside for O {}

/// The three of them put together.
#[derive(Debug, Clone)]
pub struct Outbound<N, W, L> {
    /// What tells people.
    pub people: N,
    /// What calls machines.
    pub machines: W,
    /// What tells of late answers.
    pub late: L,
}

impl<N: Notifier, W: Send + Sync, L: Send + Sync> Notifier for Outbound<N, W, L> {
    async fn send(&self, notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        self.people.send(notice).await
    }
}

impl<N: Send + Sync, W: Webhooks, L: Send + Sync> Webhooks for Outbound<N, W, L> {
    fn check(&self, webhook: &Webhook) -> Result<(), InvalidField> {
        self.machines.check(webhook)
    }

    async fn call(&self, call: &OutgoingCall<'_>) -> Result<CallReply, CallError> {
        self.machines.call(call).await
    }
}

impl<N: Send + Sync, W: Send + Sync, L: LateAnswers> LateAnswers for Outbound<N, W, L> {
    async fn report(&self, late: &LateAnswer<'_>) -> Result<(), ReportError> {
        self.late.report(late).await
    }
}

/// For a desk that tells and calls nobody: whoever only takes answers has nothing to do with either, which are others' duty.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Notifier for Nobody {
    async fn send(&self, _notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        Err(NotifyError("this function tells nobody".to_owned()))
    }
}

impl Webhooks for Nobody {
    fn check(&self, _webhook: &Webhook) -> Result<(), InvalidField> {
        let problem = "this function calls nobody".to_owned();
        Err(InvalidField { path: "webhook.destination".to_owned(), problem })
    }

    async fn call(&self, _call: &OutgoingCall<'_>) -> Result<CallReply, CallError> {
        Err(CallError::Again { reason: "this function calls nobody".to_owned(), after: None })
    }
}
