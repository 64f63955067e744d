//! An outside that nothing reaches.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use callback_bridge::InvalidField;
use serde_json::Value;

use crate::{
    CallError, CallReply, CallbackId, LateAnswer, LateAnswers, LateReason, MachineAnswer, NoticeKind, Notifier,
    NotifyError, OutgoingCall, OutgoingNotice, ReportError, Source, Webhook, Webhooks,
};

/// What links begin with in the bodies of recorded calls.
const LINKS: &str = "https://callbacks.example.com/c/";

/// An outside that sends and calls nothing, and remembers what it was to send and call.
#[derive(Debug, Clone, Default)]
pub struct RecordingOutside(Arc<Mutex<Records>>);

#[derive(Debug, Default)]
struct Records {
    sent: Vec<SentNotice>,
    failing: Vec<String>,
    calls: Vec<MadeCall>,
    replies: VecDeque<Result<CallReply, CallError>>,
    late: Vec<ToldLate>,
    reports_fail: bool,
    unregistered: Vec<String>,
}

/// A notice that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentNotice {
    /// To whom.
    pub address: String,
    /// What stands in its link behind `/c/`.
    pub link: String,
    /// Whether it reminds.
    pub reminder: bool,
}

/// A call that was made, whatever was replied.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeCall {
    /// Which destination was called.
    pub destination: String,
    /// What it knows repeated calls by: the id of the callback.
    pub webhook_id: String,
    /// What it was sent, with the link in its place.
    pub body: Value,
    /// What stands in its link behind `/c/`.
    pub link: String,
}

/// A late answer that was told.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldLate {
    /// The callback that had waited.
    pub id: CallbackId,
    /// What was answered.
    pub answer: MachineAnswer,
    /// How it came.
    pub source: Source,
    /// Why it did not matter.
    pub reason: LateReason,
}

impl RecordingOutside {
    /// Lets notices to this address fail from now on.
    pub fn fail(&self, address: &str) {
        self.lock().failing.push(address.to_owned());
    }

    /// Knows no destination of this name from now on.
    pub fn unregister(&self, destination: &str) {
        self.lock().unregistered.push(destination.to_owned());
    }

    /// Lets late answers not be told from now on.
    pub fn fail_reports(&self) {
        self.lock().reports_fail = true;
    }

    /// Lets all notices and reports go out from now on.
    pub fn recover(&self) {
        let mut records = self.lock();
        records.failing.clear();
        records.reports_fail = false;
    }

    /// Has this replied to a call, after what was to be replied to those before. Where nothing is left, calls are taken
    /// without a body.
    pub fn reply_with(&self, reply: Result<CallReply, CallError>) {
        self.lock().replies.push_back(reply);
    }

    /// The notices that have gone out so far.
    #[must_use]
    pub fn sent(&self) -> Vec<SentNotice> {
        self.lock().sent.clone()
    }

    /// The calls that were made so far.
    #[must_use]
    pub fn calls(&self) -> Vec<MadeCall> {
        self.lock().calls.clone()
    }

    /// The late answers that were told so far.
    #[must_use]
    pub fn late(&self) -> Vec<ToldLate> {
        self.lock().late.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notifier for RecordingOutside {
    async fn send(&self, notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        tokio::task::yield_now().await;
        let mut records = self.lock();
        let address = notice.approver.address.clone();
        if records.failing.contains(&address) {
            return Err(NotifyError("as the test wants it".to_owned()));
        }
        let reminder = notice.kind == NoticeKind::Reminder;
        records.sent.push(SentNotice { address, link: notice.link.secret(), reminder });
        Ok(())
    }
}

impl Webhooks for RecordingOutside {
    fn check(&self, webhook: &Webhook) -> Result<(), InvalidField> {
        let problem = "is not registered".to_owned();
        if self.lock().unregistered.contains(&webhook.destination) {
            Err(InvalidField { path: "webhook.destination".to_owned(), problem })
        } else {
            Ok(())
        }
    }

    async fn call(&self, call: &OutgoingCall<'_>) -> Result<CallReply, CallError> {
        tokio::task::yield_now().await;
        let mut records = self.lock();
        let link = call.link.secret();
        records.calls.push(MadeCall {
            destination: call.webhook.destination.clone(),
            webhook_id: call.request.id.to_string(),
            body: call.webhook.body_with(&format!("{LINKS}{link}")),
            link,
        });
        records.replies.pop_front().unwrap_or_else(|| Ok(CallReply::default()))
    }
}

impl LateAnswers for RecordingOutside {
    async fn report(&self, late: &LateAnswer<'_>) -> Result<(), ReportError> {
        tokio::task::yield_now().await;
        let mut records = self.lock();
        if records.reports_fail {
            return Err(ReportError("as the test wants it".to_owned()));
        }
        let LateAnswer { request, answer, source, reason, .. } = *late;
        let (answer, source) = (answer.clone(), source.clone());
        records.late.push(ToldLate { id: request.id, answer, source, reason });
        Ok(())
    }
}
