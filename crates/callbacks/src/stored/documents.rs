//! The JSON documents. Every change of their form raises [`FORM`], and what was stored before stays readable.

use std::collections::BTreeMap;

use callback_bridge::Disposition;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{StoredState, Unreadable};
use crate::{Decision, Notice, PersonAnswer, Request, State, Status};

/// The form that is written, `v` in every document.
pub(super) const FORM: u64 = 1;

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
    written(&RequestDocument { v: FORM, request: request.clone() })
}

pub(super) fn request(document: &str) -> Result<Request, Unreadable> {
    read::<RequestDocument>(document).map(|document| document.request)
}

pub(super) fn of_state(state: &State) -> String {
    let State { status, answers, notices, heartbeat_at, settle_tries, maybe_told, generation, .. } = state.clone();
    let (decision, settlement) = match status {
        Status::Pending => (None, None),
        Status::Decided(decision) => (Some(decision), None),
        Status::Settled { decision, disposition, at } => (decision, Some(Settlement { disposition, at })),
    };
    written(&StateDocument {
        v: FORM,
        decision,
        settlement,
        answers,
        notices,
        heartbeat_at,
        settle_tries,
        maybe_told,
        generation,
    })
}

pub(super) fn state(stored: StoredState) -> Result<State, Unreadable> {
    let StoredState { version, token, due_at, document } = stored;
    let document: StateDocument = read(&document)?;
    let status = match (document.settlement, document.decision) {
        (Some(Settlement { disposition, at }), decision) => Status::Settled { decision, disposition, at },
        (None, Some(decision)) => Status::Decided(decision),
        (None, None) => Status::Pending,
    };
    let StateDocument { answers, notices, heartbeat_at, settle_tries, maybe_told, generation, .. } = document;
    Ok(State { status, token, answers, notices, heartbeat_at, settle_tries, maybe_told, due_at, generation, version })
}

fn written(document: &impl Serialize) -> String {
    let json = serde_json::to_string(document);
    json.unwrap_or_else(|error| unreachable!("a structure of texts and numbers has a form in JSON: {error}"))
}

/// The form is looked at first, so that a newer one is told as that, and not as a field that is wrong.
fn read<D: DeserializeOwned>(document: &str) -> Result<D, Unreadable> {
    let malformed = |error: serde_json::Error| Unreadable::Malformed(error.to_string());
    match serde_json::from_str(document).map_err(malformed)? {
        AnyForm { v: FORM } => serde_json::from_str(document).map_err(malformed),
        AnyForm { v: form } => Err(Unreadable::Newer { form }),
    }
}
