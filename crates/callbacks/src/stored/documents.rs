//! The JSON documents. Whatever versions before cannot read raises [`FORM`], and what was stored before stays readable.
//!
//! A document is written in the lowest form that knows all that is in it: while functions are deployed one after the other,
//! those of the version before still read whatever they know, and refuse the rest.

use std::collections::BTreeMap;

use callback_bridge::Disposition;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{StoredState, Unreadable};
use crate::{Ask, Decision, Notice, Outcome, PersonAnswer, Request, State, Status, Untold};

/// The form in which people are asked, and answer.
const OF_PEOPLE: u64 = 1;
/// The form in which machines are called, and answer.
pub(super) const OF_MACHINES: u64 = 2;
/// The form in which URLs are answered.
pub(super) const OF_URLS: u64 = 3;
/// The newest form, `v` in every document.
pub(super) const FORM: u64 = OF_URLS;

#[derive(Deserialize)]
struct AnyForm {
    v: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestDocument {
    v: u64,
    request: Request,
}

/// A state without what stands beside the document.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StateDocument {
    v: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settlement: Option<Settlement>,
    answers: BTreeMap<u8, PersonAnswer>,
    notices: BTreeMap<u8, Notice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heartbeat_at: Option<Timestamp>,
    settle_tries: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    untold: Vec<Untold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answerable_until: Option<Timestamp>,
    maybe_told: bool,
    generation: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settlement {
    #[serde(with = "StoredDisposition")]
    disposition: Disposition,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Disposition", rename_all = "camelCase")]
enum StoredDisposition {
    Settled,
    Closed,
    Unknown,
    Retry,
    Rejected,
    BadToken,
    Denied,
}

pub(super) fn of_request(request: &Request) -> String {
    let v = match request.ask {
        Ask::Approval(_) => OF_PEOPLE,
        Ask::Webhook(_) => OF_MACHINES,
        Ask::Urls {} => OF_URLS,
    };
    written(&RequestDocument { v, request: request.clone() })
}

pub(super) fn request(document: &str) -> Result<Request, Unreadable> {
    read::<RequestDocument>(document).map(|document| document.request)
}

pub(super) fn of_state(state: &State) -> String {
    let State {
        status,
        answers,
        notices,
        heartbeat_at,
        settle_tries,
        untold,
        answerable_until,
        maybe_told,
        generation,
        ..
    } = state.clone();
    let (decision, settlement) = match status {
        Status::Pending => (None, None),
        Status::Decided(decision) => (Some(decision), None),
        Status::Settled { decision, disposition, at } => (decision, Some(Settlement { disposition, at })),
    };
    written(&StateDocument {
        v: form_of(state),
        decision,
        settlement,
        answers,
        notices,
        heartbeat_at,
        settle_tries,
        untold,
        answerable_until,
        maybe_told,
        generation,
    })
}

fn form_of(state: &State) -> u64 {
    if state.answerable_until.is_some() {
        return OF_URLS;
    }
    let of_machines = match state.decision().map(|decision| &decision.outcome) {
        Some(Outcome::Answered { .. } | Outcome::Refused { .. }) => true,
        Some(Outcome::Approved | Outcome::Rejected | Outcome::Expired | Outcome::Withdrawn(_)) | None => {
            !state.untold.is_empty() || state.notices.values().any(|notice| notice.problem.is_some())
        }
    };
    if of_machines { OF_MACHINES } else { OF_PEOPLE }
}

pub(super) fn state(stored: StoredState) -> Result<State, Unreadable> {
    let StoredState { version, token, due_at, document } = stored;
    let document: StateDocument = read(&document)?;
    let status = match (document.settlement, document.decision) {
        (Some(Settlement { disposition, at }), decision) => Status::Settled { decision, disposition, at },
        (None, Some(decision)) => Status::Decided(decision),
        (None, None) => Status::Pending,
    };
    let StateDocument {
        answers,
        notices,
        heartbeat_at,
        settle_tries,
        untold,
        answerable_until,
        maybe_told,
        generation,
        ..
    } = document;
    Ok(State {
        status,
        token,
        answers,
        notices,
        heartbeat_at,
        settle_tries,
        untold,
        answerable_until,
        maybe_told,
        due_at,
        generation,
        version,
    })
}

pub(super) fn written(document: &impl Serialize) -> String {
    let json = serde_json::to_string(document);
    json.unwrap_or_else(|error| unreachable!("a structure of texts and numbers has a form in JSON: {error}"))
}

/// The form is looked at first, so that a newer one is told as that, and not as a field that is wrong.
pub(super) fn read<D: DeserializeOwned>(document: &str) -> Result<D, Unreadable> {
    match parsed(document)? {
        AnyForm { v: OF_PEOPLE..=FORM } => parsed(document),
        AnyForm { v: form } => Err(Unreadable::Newer { form }),
    }
}

/// However deep: what is ours wraps what came within the limit of the parser.
fn parsed<D: DeserializeOwned>(document: &str) -> Result<D, Unreadable> {
    let mut parser = serde_json::Deserializer::from_str(document);
    parser.disable_recursion_limit();
    let parsed = D::deserialize(&mut parser).and_then(|parsed| parser.end().map(|()| parsed));
    parsed.map_err(|error| Unreadable::Malformed(error.to_string()))
}
