//! One callback of many: no text of a comment, no token, no link.

use callbacks::{Ask, Callback, CallbackId, Choice, Status};
use jiff::Timestamp;
use serde::Serialize;

use super::people;

/// One callback of many.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    callback_id: CallbackId,
    /// `approval`, `webhook` or `urls`.
    kind: &'static str,
    /// What people are asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    status: &'static str,
    asked: Vec<Asked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    /// When the task began to wait.
    began_at: Timestamp,
    /// By when it is to be answered.
    deadline_at: Timestamp,
    /// When something is done about it next; nothing once that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
}

/// Somebody who is asked.
#[derive(Debug, Serialize)]
struct Asked {
    who: String,
    /// What they chose, once they have answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Choice>,
}

impl Row {
    /// Of a callback as it is now.
    pub(super) fn of(Callback { request, state }: &Callback) -> Self {
        let (title, destination) = match &request.ask {
            Ask::Approval(approval) => (Some(approval.title.clone()), None),
            Ask::Webhook(webhook) => (None, Some(webhook.destination.clone())),
            Ask::Urls {} => (None, None),
        };
        let choice = |recipient| state.answers.get(&recipient).map(|answer| answer.choice);
        let asked = (0..).zip(people(request)).map(|(at, who)| Asked { who: who.to_owned(), choice: choice(at) });
        Self {
            callback_id: request.id,
            kind: request.ask.name(),
            title,
            destination,
            status: standing(&state.status),
            asked: asked.collect(),
            execution: request.execution.clone(),
            state: request.state.clone(),
            began_at: request.began_at,
            deadline_at: state.deadline_at(request),
            next_at: state.due_at,
        }
    }
}

/// Where a life stands, in the words of orders.
const fn standing(status: &Status) -> &'static str {
    match status {
        Status::Pending => "waiting",
        Status::Decided(_) => "decided",
        Status::Settled { .. } => "settled",
    }
}
