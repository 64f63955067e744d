//! All that is known of one callback, but for its token and its links.

use callback_bridge::AttemptId;
use callbacks::{Approval, Ask, Callback, Decision, Notice, PersonAnswer, Request, Status, Untold, Webhook};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Row, people};

/// All that is known of a callback.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    #[serde(flatten)]
    row: Row,
    /// What logs call `task.attempt_id`.
    attempt: AttemptId,
    /// What was asked, in the words of the message.
    request: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat_seconds: Option<u64>,
    /// When Step Functions is told next that the task is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat_at: Option<Timestamp>,
    answers: Vec<Answered>,
    notices: Vec<Told>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
    /// How often Step Functions was to be told.
    tries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement: Option<Settlement>,
    /// Answers of machines that came too late, and of which nobody was told yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    untold: Vec<Untold>,
}

/// An answer of a person, and which of those who are asked it stands for.
#[derive(Debug, Serialize)]
struct Answered {
    who: String,
    #[serde(flatten)]
    answer: PersonAnswer,
}

/// What somebody was told.
#[derive(Debug, Serialize)]
struct Told {
    who: String,
    #[serde(flatten)]
    notice: Notice,
}

/// What Step Functions has replied for good.
#[derive(Debug, Serialize)]
struct Settlement {
    disposition: &'static str,
    at: Timestamp,
}

impl Detail {
    /// Of a callback as it is now.
    pub(super) fn of(callback: &Callback) -> Self {
        let Callback { request, state } = callback;
        let everybody = people(request);
        let who = |at: u8| everybody.get(usize::from(at)).map_or_else(|| at.to_string(), |who| (*who).to_owned());
        let answers = state.answers.iter().map(|(at, answer)| Answered { who: who(*at), answer: answer.clone() });
        let notices = state.notices.iter().map(|(at, notice)| Told { who: who(*at), notice: notice.clone() });
        Self {
            row: Row::of(callback),
            attempt: request.attempt.clone(),
            request: asked(request),
            heartbeat_seconds: request.heartbeat.map(|heartbeat| heartbeat.as_secs()),
            heartbeat_at: state.heartbeat_at,
            answers: answers.collect(),
            notices: notices.collect(),
            decision: state.decision().cloned(),
            tries: state.settle_tries,
            settlement: settlement(&state.status),
            untold: state.untold.clone(),
        }
    }
}

fn settlement(status: &Status) -> Option<Settlement> {
    match status {
        Status::Pending | Status::Decided(_) => None,
        Status::Settled { disposition, at, .. } => Some(Settlement { disposition: disposition.as_str(), at: *at }),
    }
}

/// What was asked, with times in seconds.
fn asked(request: &Request) -> Value {
    match &request.ask {
        Ask::Approval(approval) => of_people(approval),
        Ask::Webhook(webhook) => of_machine(webhook),
        Ask::Urls {} => json!({}),
    }
}

fn of_people(approval: &Approval) -> Value {
    json!({
        "summary": approval.summary,
        "details": approval.details,
        "requestedBy": approval.requested_by,
        "approvers": approval.approvers,
        "approvalsNeeded": approval.approvals_needed,
        "veto": approval.veto,
        "comment": approval.comment,
        "then": approval.then,
        "remindAfterSeconds": approval.reminders.iter().map(std::time::Duration::as_secs).collect::<Vec<_>>(),
        "onReject": approval.on_reject,
    })
}

fn of_machine(webhook: &Webhook) -> Value {
    json!({
        "path": webhook.path,
        "body": webhook.body,
        "callbackUrlAt": webhook.callback_url_at,
        "outcomes": webhook.outcomes,
        "externalIdAt": webhook.external_id_at,
    })
}
