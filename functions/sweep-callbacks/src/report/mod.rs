//! What whoever invoked the function gets.

mod asked;
mod callback;
mod row;
mod token;

use callbacks::{Callback, CallbackId, Listed, Outcome, Position, Resent, Status, Swept};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use asked::people;
use callback::Detail;
use row::Row;
use token::without_token;

/// What was done.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report(Done);

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Done {
    Swept(Sweep),
    /// Some callbacks.
    Listed(Page),
    /// All that is known of one, or who was told again about it, or how it has ended.
    Of(Value),
}

impl Report {
    /// All that is known of a callback.
    pub(crate) fn shown(callback: &Callback) -> Self {
        Self::of(callback, &Detail::of(callback))
    }

    /// A callback that was to be withdrawn or settled, as it is now.
    pub(crate) fn ended(callback: &Callback) -> Self {
        Self::of(callback, &End::of(callback))
    }

    fn of(callback: &Callback, document: &impl Serialize) -> Self {
        Self(Done::Of(without_token(document, &callback.state)))
    }
}

/// What a sweep did.
#[derive(Debug, Serialize)]
struct Sweep {
    callbacks: usize,
    duties: usize,
    finished: bool,
}

/// Some callbacks of many.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    callbacks: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<CallbackId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// Who was told again about a callback.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Repeated {
    #[serde(flatten)]
    end: End,
    told: Vec<String>,
    not_told: Vec<String>,
}

/// How a callback has ended so far.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    callback_id: CallbackId,
    decision: Option<Outcome>,
    settled: bool,
    /// What the reply of Step Functions meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    disposition: Option<&'static str>,
    /// When Step Functions is told next what was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    told_at: Option<Timestamp>,
}

impl From<Swept> for Report {
    fn from(swept: Swept) -> Self {
        Self(Done::Swept(Sweep { callbacks: swept.callbacks, duties: swept.duties, finished: !swept.unfinished }))
    }
}

impl From<Listed> for Report {
    fn from(Listed { callbacks, unreadable, next }: Listed) -> Self {
        let next_page_token = next.as_ref().map(Position::to_string);
        let row = |callback: &Callback| without_token(&Row::of(callback), &callback.state);
        Self(Done::Listed(Page { callbacks: callbacks.iter().map(row).collect(), unreadable, next_page_token }))
    }
}

impl From<Resent> for Report {
    fn from(Resent { callback, told, not_told }: Resent) -> Self {
        let everybody = people(&callback.request);
        let named = |positions: Vec<u8>| {
            positions.into_iter().filter_map(|at| Some((*everybody.get(usize::from(at))?).to_owned())).collect()
        };
        let (told, not_told) = (named(told), named(not_told));
        Self::of(&callback, &Repeated { end: End::of(&callback), told, not_told })
    }
}

impl End {
    /// Of a callback as it is now.
    fn of(Callback { request, state }: &Callback) -> Self {
        let disposition = match &state.status {
            Status::Settled { disposition, .. } => Some(disposition.as_str()),
            Status::Pending | Status::Decided(_) => None,
        };
        Self {
            callback_id: request.id,
            decision: state.decision().map(|decision| decision.outcome.clone()),
            settled: state.token.is_none(),
            disposition,
            told_at: state.due_at.filter(|_| matches!(state.status, Status::Decided(_))),
        }
    }
}
