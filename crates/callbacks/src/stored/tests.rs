//! What is stored is read as it was, and never by guessing.

mod extremes;
mod forms;
mod properties;

use std::collections::BTreeMap;

use callback_bridge::{Disposition, TaskContext, TaskOutput};
use proptest::{option, prelude::*};
use serde_json::{Value, json};

use super::*;
use crate::{
    Approval, Ask, CallbackId, Choice, Decision, ExternalId, InboundFrom, InboundKey, LateReason, MachineAnswer,
    Notice, Outcome, PersonAnswer, Source, Untold, Waiting, Webhook, Withdrawal,
    urls::{Order, Switches, TransactionId},
};

fn form(document: &str) -> u64 {
    serde_json::from_str::<Value>(document).unwrap()["v"].as_u64().unwrap()
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}

fn request(approval: Value) -> Request {
    request_of(Ask::Approval(Approval::read(approval).unwrap()))
}

fn request_of(ask: Ask) -> Request {
    let waiting = Waiting {
        attempt: TaskToken::new("t").unwrap().attempt_id(),
        context: TaskContext::default(),
        sent_at: at("10:00:00"),
        heartbeat: Some(Duration::from_mins(10)),
        timeout: None,
    };
    Request::new(waiting, ask).unwrap()
}

#[test]
fn a_request_is_the_same_after_it_was_stored() {
    let request = request(json!({ "title": "Loan 42", "approvers": ["alice@example.com"], "summary": "1\n2" }));
    let read = Request::from_stored(&request.to_stored()).unwrap();
    assert_eq!((&read, read.digest()), (&request, request.digest()));
}

#[test]
fn what_a_newer_version_stored_is_refused_and_not_misread() {
    let request = request(json!({ "title": "Loan 42", "approvers": ["alice@example.com"] }));
    let state = State::new(&request, TaskToken::new("t").unwrap(), at("10:00:00"));
    let newer = |document: &str| document.replacen("\"v\":1", "\"v\":4", 1);
    let stored = state.to_stored();
    let stored = StoredState { document: newer(&stored.document), ..stored };
    let error = State::from_stored(stored).unwrap_err();
    assert_eq!(error, Unreadable::Newer { form: 4 });
    assert_eq!(
        error.to_string(),
        "it was stored by a newer version of the bridge, in form 4, while this one knows 3: deploy that version again"
    );
    assert_eq!(Request::from_stored(&newer(&request.to_stored())), Err(Unreadable::Newer { form: 4 }));
    assert_eq!(Inbound::from_stored("{\"v\":4}"), Err(Unreadable::Newer { form: 4 }));
    for document in ["", "{}", "{\"v\":1}", "[1]", "{\"v\":1,\"request\":{}}", "{\"v\":1,\"more\":true}"] {
        let malformed = Request::from_stored(document);
        assert!(matches!(malformed, Err(Unreadable::Malformed(_))), "{document}: {malformed:?}");
    }
}
