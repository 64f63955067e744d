//! What is stored is read as it was, and never by guessing.

use std::collections::BTreeMap;

use callback_bridge::{Disposition, TaskContext};
use proptest::{option, prelude::*};
use serde_json::{Value, json};

use super::*;
use crate::{Approval, Ask, Choice, Decision, Notice, Outcome, PersonAnswer, Waiting, Withdrawal};

fn time() -> impl Strategy<Value = Timestamp> {
    // From 1970 to 2500, to the nanosecond.
    (0..16_725_225_600_i64, 0..1_000_000_000_i32).prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

/// Within two seconds, and with few digits: the times that are hard to sort as texts.
fn round_time() -> impl Strategy<Value = Timestamp> {
    let nano = prop::sample::select(vec![0, 1, 1_000, 5_000_000, 500_000_000, 950_000_000]);
    (0..2_i64, nano).prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Approved),
        Just(Outcome::Rejected),
        Just(Outcome::Expired),
        any::<(String, String)>().prop_map(|(by, reason)| Outcome::Withdrawn(Withdrawal { by, reason })),
    ]
}

fn status() -> impl Strategy<Value = Status> {
    let decision = || (any::<String>(), outcome(), time()).prop_map(|(id, outcome, at)| Decision { id, outcome, at });
    let disposition = prop::sample::select(vec![
        Disposition::Settled,
        Disposition::Closed,
        Disposition::Unknown,
        Disposition::Retry,
        Disposition::Rejected,
        Disposition::BadToken,
        Disposition::Denied,
    ]);
    prop_oneof![
        Just(Status::Pending),
        decision().prop_map(Status::Decided),
        (option::of(decision()), disposition, time()).prop_map(|(decision, disposition, at)| Status::Settled {
            decision,
            disposition,
            at
        }),
    ]
}

fn answer() -> impl Strategy<Value = PersonAnswer> {
    let choice = prop::sample::select(vec![Choice::Approve, Choice::Reject]);
    (any::<String>(), time(), choice, option::of(any::<String>())).prop_map(|(by, at, choice, comment)| PersonAnswer {
        by,
        at,
        choice,
        comment,
    })
}

fn notice() -> impl Strategy<Value = Notice> {
    let problem = option::of(any::<String>());
    (any::<u8>(), any::<u32>(), option::of(time()), problem).prop_map(|(sent, failures, next_at, problem)| Notice {
        sent,
        failures,
        next_at,
        problem,
    })
}

prop_compose! {
    fn state()(
        status in status(),
        token in option::of("[A-Za-z0-9+/=]{1,40}"),
        answers in prop::collection::btree_map(any::<u8>(), answer(), 0..4),
        notices in prop::collection::btree_map(any::<u8>(), notice(), 0..4),
        times in (option::of(time()), option::of(time())),
        settle_tries: u32,
        maybe_told: bool,
        generation: u16,
        version: u64,
    ) -> State {
        let token = token.map(|token| TaskToken::new(token).unwrap());
        let (heartbeat_at, due_at) = times;
        State { status, token, answers, notices, heartbeat_at, settle_tries, maybe_told, due_at, generation, version }
    }
}

proptest! {
    #[test]
    fn every_state_survives_being_stored_and_read(state in state()) {
        prop_assert_eq!(State::from_stored(state.to_stored()), Ok(state));
    }

    #[test]
    fn the_token_is_in_no_document_and_shown_nowhere(mut state in state()) {
        let token = "AQCUAAAAKgAAAAMAAAAAsecret";
        state.token = Some(TaskToken::new(token).unwrap());
        let stored = state.to_stored();
        prop_assert!(!stored.document.contains(token));
        let shown = format!("{stored:?}");
        prop_assert!(!shown.contains(token));
    }

    #[test]
    fn stored_times_sort_as_times_do(one in round_time(), other in round_time()) {
        prop_assert_eq!(sortable(one).cmp(&sortable(other)), one.cmp(&other));
        prop_assert_eq!(sortable(one).parse::<Timestamp>().unwrap(), one);
    }
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}

fn request(approval: Value) -> Request {
    let waiting = Waiting {
        attempt: TaskToken::new("t").unwrap().attempt_id(),
        context: TaskContext::default(),
        sent_at: at("10:00:00"),
        heartbeat: Some(Duration::from_mins(10)),
        timeout: None,
    };
    Request::new(waiting, Ask::Approval(Approval::read(approval).unwrap())).unwrap()
}

/// These documents are in tables out there: whatever changes, they stay readable.
#[test]
fn documents_of_the_first_form_are_read() {
    let document = json!({
        "v": 1,
        "decision": { "id": "d1", "outcome": { "kind": "withdrawn", "by": "carol", "reason": "a mistake" }, "at": "2026-11-22T11:00:00Z" },
        "settlement": { "disposition": "badToken", "at": "2026-11-22T11:00:01.5Z" },
        "answers": { "0": { "by": "alice@example.com", "at": "2026-11-22T10:30:00Z", "choice": "approve", "comment": "yes" } },
        "notices": { "0": { "sent": 2, "failures": 0, "nextAt": null } },
        "settleTries": 3, "maybeTold": true, "generation": 1,
    });
    let stored = StoredState { version: 7, token: None, due_at: None, document: document.to_string() };
    let state = State::from_stored(stored).unwrap();
    let outcome = Outcome::Withdrawn(Withdrawal { by: "carol".to_owned(), reason: "a mistake".to_owned() });
    let decision = Decision { id: "d1".to_owned(), outcome, at: at("11:00:00") };
    let comment = Some("yes".to_owned());
    let answer =
        PersonAnswer { by: "alice@example.com".to_owned(), at: at("10:30:00"), choice: Choice::Approve, comment };
    let settled_at = at("11:00:01.5");
    let status = Status::Settled { decision: Some(decision), disposition: Disposition::BadToken, at: settled_at };
    assert_eq!((state.version, state.status.as_str(), &state.status), (7, "settled", &status));
    assert_eq!(state.answers, BTreeMap::from([(0, answer)]));
    assert_eq!(state.notices, BTreeMap::from([(0, Notice { sent: 2, failures: 0, next_at: None, problem: None })]));
    assert_eq!((state.settle_tries, state.maybe_told, state.generation), (3, true, 1));
    let written: Value = serde_json::from_str(&state.to_stored().document).unwrap();
    assert_eq!(written, document, "it is written as it is read");
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
    let newer = |document: &str| document.replacen("\"v\":1", "\"v\":2", 1);
    let stored = state.to_stored();
    let stored = StoredState { document: newer(&stored.document), ..stored };
    let error = State::from_stored(stored).unwrap_err();
    assert_eq!(error, Unreadable::Newer { form: 2 });
    assert_eq!(
        error.to_string(),
        "it was stored by a newer version of the bridge, in form 2, while this one knows 1: deploy that version again"
    );
    assert_eq!(Request::from_stored(&newer(&request.to_stored())), Err(Unreadable::Newer { form: 2 }));
    for document in ["", "{}", "{\"v\":1}", "[1]", "{\"v\":1,\"request\":{}}", "{\"v\":1,\"more\":true}"] {
        let malformed = Request::from_stored(document);
        assert!(matches!(malformed, Err(Unreadable::Malformed(_))), "{document}: {malformed:?}");
    }
}

/// DynamoDB takes items of up to 409,600 bytes. Beside the document a state has its token, of 2,048 bytes at most, and some 400
/// bytes more.
#[test]
fn the_largest_documents_are_far_below_what_an_item_may_hold() {
    // Most characters take four bytes at most in JSON; a control character, which a text may hold, takes six.
    for (character, state_bytes, request_bytes) in [(FOUR_BYTES, 63_056, 178_361), ("\u{1}", 83_016, 246_361)] {
        let request = largest_request(character);
        let state = largest_state(&request, character);
        assert_eq!(state.to_stored().document.len(), state_bytes);
        assert_eq!(request.to_stored().len(), request_bytes);
    }
}

const FOUR_BYTES: &str = "\u{10348}";

fn largest_request(character: &str) -> Request {
    let label = FOUR_BYTES.repeat(100);
    let details = vec![json!({ "label": label, "value": character.repeat(1_000) }); 30];
    let address = |nth: u8| format!("{nth:02}{}@example.com", FOUR_BYTES.repeat(240));
    let approver = |nth| json!({ "address": address(nth), "name": label, "channel": "slack" });
    request(json!({
        "title": FOUR_BYTES.repeat(200), "summary": character.repeat(4_000), "details": details,
        "approvers": (0..20).map(approver).collect::<Vec<_>>(), "remindAfterSeconds": [1, 2, 3, 4, 5],
    }))
}

/// All have answered, at length.
fn largest_state(request: &Request, character: &str) -> State {
    let at = at("10:00:00.123456789");
    let mut state = State::new(request, TaskToken::new("t".repeat(TaskToken::MAX_CHARS)).unwrap(), at);
    for (nth, approver) in (0..).zip(&request.approval().unwrap().approvers) {
        let comment = Some(format!("x{}", character.repeat(Approval::MOST_COMMENT - 1)));
        let answer = PersonAnswer { by: approver.address.clone(), at, choice: Choice::Approve, comment };
        state.answers.insert(nth, answer);
        state.notices.insert(nth, Notice { sent: u8::MAX, failures: u32::MAX, next_at: Some(at), problem: None });
    }
    let decision = Decision { id: "f".repeat(32), outcome: Outcome::Approved, at };
    state.status = Status::Settled { decision: Some(decision), disposition: Disposition::BadToken, at };
    state
}
