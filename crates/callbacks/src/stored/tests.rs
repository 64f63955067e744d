//! What is stored is read as it was, and never by guessing.

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

fn time() -> impl Strategy<Value = Timestamp> {
    // From 1970 to 2500, to the nanosecond.
    (0..16_725_225_600_i64, 0..1_000_000_000_i32).prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

/// Within two seconds, and with few digits: the times that are hard to sort as texts.
fn round_time() -> impl Strategy<Value = Timestamp> {
    let nano = prop::sample::select(vec![0, 1, 1_000, 5_000_000, 500_000_000, 950_000_000]);
    (0..2_i64, nano).prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

/// Whatever a machine may send.
fn json_value() -> impl Strategy<Value = Value> {
    let finite = any::<f64>().prop_filter_map("no number of JSON", serde_json::Number::from_f64);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        finite.prop_map(Value::Number),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn machine_answer() -> impl Strategy<Value = MachineAnswer> {
    prop_oneof![
        json_value().prop_map(|output| MachineAnswer::Success { output }),
        any::<(Option<String>, Option<String>)>().prop_map(|(error, cause)| MachineAnswer::Failure { error, cause }),
    ]
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        Just(Source::Response),
        Just(Source::Link),
        any::<(String, String)>().prop_map(|(sender, id)| Source::Event { sender, id }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        (machine_answer(), source()).prop_map(|(answer, source)| Outcome::Answered { answer, source }),
        any::<String>().prop_map(|reason| Outcome::Refused { reason }),
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

fn untold() -> impl Strategy<Value = Untold> {
    let reason = prop::sample::select(vec![
        LateReason::Expired,
        LateReason::Withdrawn,
        LateReason::AnsweredOtherwise,
        LateReason::CallRefused,
        LateReason::NobodyWaits,
        LateReason::Unknown,
    ]);
    (option::of(machine_answer()), source(), reason, time(), any::<u32>(), time()).prop_map(
        |(answer, source, reason, at, failures, next_at)| Untold { answer, source, reason, at, failures, next_at },
    )
}

prop_compose! {
    fn state()(
        status in status(),
        token in option::of("[A-Za-z0-9+/=]{1,40}"),
        answers in prop::collection::btree_map(any::<u8>(), answer(), 0..4),
        notices in prop::collection::btree_map(any::<u8>(), notice(), 0..4),
        times in (option::of(time()), option::of(time())),
        settle_tries: u32,
        untold in prop::collection::vec(untold(), 0..3),
        answerable_until in option::of(time()),
        maybe_told: bool,
        generation: u16,
        version: u64,
    ) -> State {
        let token = token.map(|token| TaskToken::new(token).unwrap());
        let (heartbeat_at, due_at) = times;
        State {
            status, token, answers, notices, heartbeat_at, settle_tries, untold, answerable_until, maybe_told, due_at, generation, version
        }
    }
}

fn ask() -> impl Strategy<Value = Ask> {
    let outcomes = json!([{ "name": "paid", "type": "success", "schema": { "minimum": 0.1 }, "output_body": true }]);
    let deadline = option::of(1..86_400_u64);
    let external_id_at = option::of(Just("/payment/id"));
    let webhook = (json_value(), "[a-z]{0,9}", option::of(Just(outcomes)), external_id_at, deadline).prop_map(
        |(body, path, outcomes, external_id_at, deadline)| {
            let mut webhook = json!({ "destination": "bank", "path": path, "body": { "body": body } });
            let fields = [
                ("outcomes", outcomes),
                ("externalIdAt", external_id_at.map(Value::from)),
                ("deadline", deadline.map(|seconds| json!({ "afterSeconds": seconds }))),
            ];
            let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            webhook.as_object_mut().unwrap().extend(fields);
            Ask::Webhook(Webhook::read(webhook).unwrap())
        },
    );
    let approval = (1..200_usize, option::of(1..86_400_u64)).prop_map(|(letters, deadline)| {
        let mut approval = json!({ "title": "x".repeat(letters), "approvers": ["alice@example.com"] });
        if let Some(seconds) = deadline {
            approval["deadline"] = json!({ "afterSeconds": seconds });
        }
        Ask::Approval(Approval::read(approval).unwrap())
    });
    prop_oneof![4 => webhook, 2 => approval, 1 => Just(Ask::Urls {})]
}

fn inbound() -> impl Strategy<Value = Inbound> {
    let from = prop_oneof![
        any::<String>().prop_map(InboundFrom::Sender),
        "[a-z]{1,9}".prop_map(|token| InboundFrom::Link(CallbackId::of(&TaskToken::new(token).unwrap().attempt_id()))),
    ];
    let about = any::<(String, String)>().prop_map(|(sender, id)| ExternalId { sender, id });
    (from, any::<(String, String)>(), option::of(about), option::of(json_value()), time()).prop_map(
        |(from, (id, digest), about, body, at)| Inbound { key: InboundKey { from, id }, digest, about, body, at },
    )
}

fn form(document: &str) -> u64 {
    serde_json::from_str::<Value>(document).unwrap()["v"].as_u64().unwrap()
}

proptest! {
    #[test]
    fn every_request_survives_being_stored_and_read(ask in ask()) {
        let form_of_ask = match ask {
            Ask::Approval(_) => 1,
            Ask::Webhook(_) => 2,
            Ask::Urls {} => 3,
        };
        let request = request_of(ask);
        let stored = request.to_stored();
        prop_assert_eq!(form(&stored), form_of_ask);
        let read = Request::from_stored(&stored).unwrap();
        prop_assert_eq!((&read, read.digest()), (&request, request.digest()));
    }

    #[test]
    fn whatever_machines_send_survives_being_stored_and_read(inbound in inbound()) {
        let stored = inbound.to_stored();
        prop_assert_eq!(form(&stored), 2);
        prop_assert_eq!(Inbound::from_stored(&stored), Ok(inbound));
    }

    /// Whoever knows only people would lose what machines have to do with a state, and no more is kept from them.
    #[test]
    fn a_state_is_of_the_lowest_form_that_knows_all_that_is_in_it(state in state()) {
        let document = state.to_stored().document;
        let of_machines = [r#""kind":"answered""#, r#""kind":"refused""#, r#""problem":""#, r#""untold":["#];
        let of_machines = of_machines.iter().any(|field| document.contains(field));
        let of_urls = document.contains(r#""answerableUntil":""#);
        prop_assert_eq!(form(&document), if of_urls { 3 } else if of_machines { 2 } else { 1 }, "{}", document);
    }

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

/// By the version that knew nothing of machines. Links that people have got are of these digests.
#[test]
fn approvals_are_written_byte_for_byte_as_they_were_before_there_were_webhooks() {
    let all = r#"{"v":1,"request":{"id":"47mKTaMaEn1L3m5DAz9mug","attempt":"e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8","approval":{"title":"Loan 42","summary":"1\n2","details":[{"label":"Score","value":"742"}],"requestedBy":"carol@example.com","approvers":[{"address":"alice@example.com","channel":"email"},{"address":"finance","name":"Finance","channel":"slack"}],"approvalsNeeded":2,"veto":true,"comment":"requiredOnReject","deadline":{"secs":1800,"nanos":0},"then":"reject","reminders":[{"secs":600,"nanos":0}],"onReject":"fail"},"execution":"arn:aws:states:us-east-1:123456789012:execution:loans:42","state":"Ask","beganAt":"2026-11-22T10:00:00.25Z","deadlineAt":"2026-11-22T10:30:00.25Z","heartbeat":{"secs":600,"nanos":0}}}"#;
    let least = r#"{"v":1,"request":{"id":"47mKTaMaEn1L3m5DAz9mug","attempt":"e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8","approval":{"title":"Loan 42","approvers":[{"address":"alice@example.com","channel":"email"}],"approvalsNeeded":1,"veto":false,"comment":"optional","then":"fail","onReject":"succeed"},"beganAt":"2026-11-22T10:00:00Z","deadlineAt":"2026-11-29T10:00:00Z","heartbeat":{"secs":600,"nanos":0}}}"#;
    for (document, digest) in
        [(all, "_UjHGBXlm3mAZAqRgv48GKd_cDMnpBypoagtj-_Pa1w"), (least, "Gga24OsaEmrvXDclUHP1i6Nzrbl-znMaJzOE1GnEZ9E")]
    {
        let request = Request::from_stored(document).unwrap();
        assert_eq!((&*request.to_stored(), &*request.digest()), (document, digest));
    }
    let pending = r#"{"v":1,"answers":{},"notices":{"0":{"sent":0,"failures":1,"nextAt":"2026-11-22T10:01:02Z"},"1":{"sent":0,"failures":0,"nextAt":"2026-11-22T10:00:01Z"}},"heartbeatAt":"2026-11-22T10:02:52.25Z","settleTries":0,"maybeTold":false,"generation":0}"#;
    let stored = StoredState { version: 0, token: None, due_at: None, document: pending.to_owned() };
    assert_eq!(State::from_stored(stored).unwrap().to_stored().document, pending);
}

/// These are of the second form.
#[test]
fn documents_of_machines_are_read() {
    let answered = json!({
        "v": 2,
        "decision": {
            "id": "d1", "at": "2026-11-22T11:00:00Z",
            "outcome": {
                "kind": "answered", "answer": { "kind": "success", "output": { "paid": 12.5 } },
                "source": { "event": { "sender": "bank", "id": "msg_1" } },
            },
        },
        "answers": {}, "notices": { "0": { "sent": 0, "failures": 2, "nextAt": null, "problem": "it replied 503" } },
        "settleTries": 0, "maybeTold": false, "generation": 0,
        "untold": [{
            "answer": { "kind": "failure", "error": "Payment.Failed" }, "source": "response", "reason": "answeredOtherwise",
            "at": "2026-11-22T11:00:01Z", "failures": 1, "nextAt": "2026-11-22T11:00:31Z",
        }],
    });
    let stored = StoredState { version: 7, token: None, due_at: None, document: answered.to_string() };
    let state = State::from_stored(stored).unwrap();
    assert_eq!(state.untold[0].reason, LateReason::AnsweredOtherwise);
    let answer = MachineAnswer::Success { output: json!({ "paid": 12.5 }) };
    let source = Source::Event { sender: "bank".to_owned(), id: "msg_1".to_owned() };
    assert_eq!(state.decision().map(|decision| &decision.outcome), Some(&Outcome::Answered { answer, source }));
    assert_eq!(state.notices[&0].problem.as_deref(), Some("it replied 503"));
    let written: Value = serde_json::from_str(&state.to_stored().document).unwrap();
    assert_eq!(written, answered, "it is written as it is read");
    let webhook = json!({
        "v": 2,
        "request": {
            "id": "47mKTaMaEn1L3m5DAz9mug",
            "attempt": "e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8",
            "webhook": {
                "destination": "bank", "path": "payments", "body": { "amount": 12.5 }, "callbackUrlAt": "/callbackUrl",
                "outcomes": [{ "name": "paid", "type": "success", "schema": {}, "output_body": true }], "externalIdAt": "/id",
                "deadline": { "secs": 60, "nanos": 0 },
            },
            "beganAt": "2026-11-22T10:00:00Z", "deadlineAt": "2026-11-22T10:01:00Z",
        },
    });
    let request = Request::from_stored(&webhook.to_string()).unwrap();
    assert_eq!(request.webhook().map(|webhook| &*webhook.destination), Some("bank"));
    assert_eq!(serde_json::from_str::<Value>(&request.to_stored()).unwrap(), webhook);
    let event = json!({
        "v": 2, "from": { "sender": "bank" }, "id": "msg_1", "digest": "d", "about": { "sender": "bank", "id": "pay_1" },
        "body": null, "at": "2026-11-22T10:00:00Z",
    });
    let inbound = Inbound::from_stored(&event.to_string()).unwrap();
    let about = ExternalId { sender: "bank".to_owned(), id: "pay_1".to_owned() };
    assert_eq!((&inbound.about, &inbound.body), (&Some(about), &Some(Value::Null)));
    assert_eq!(serde_json::from_str::<Value>(&inbound.to_stored()).unwrap(), event);
}

#[test]
fn documents_of_urls_are_read() {
    let state = json!({
        "v": 3,
        "decision": {
            "id": "d1", "at": "2026-11-22T11:00:00Z",
            "outcome": {
                "kind": "answered", "answer": { "kind": "failure", "error": "rejected" },
                "source": { "url": { "transactionId": "0123456789abcdef0123456789abcdef", "outcome": "answer.rejected" } },
            },
        },
        "answers": {}, "notices": {}, "settleTries": 0,
        "answerableUntil": "2026-11-23T10:00:00Z", "maybeTold": false, "generation": 0,
    });
    let stored = StoredState { version: 7, token: None, due_at: None, document: state.to_string() };
    let read = State::from_stored(stored).unwrap();
    assert_eq!(read.answerable_until, Some("2026-11-23T10:00:00Z".parse().unwrap()));
    assert_eq!(serde_json::from_str::<Value>(&read.to_stored().document).unwrap(), state);
    let request = json!({
        "v": 3,
        "request": {
            "id": "47mKTaMaEn1L3m5DAz9mug",
            "attempt": "e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8", "urls": {},
            "beganAt": "2026-11-22T10:00:00Z", "deadlineAt": "2027-11-22T10:00:00Z",
        },
    });
    let read = Request::from_stored(&request.to_string()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&read.to_stored()).unwrap(), request);
    let actions = json!({
        "v": 3,
        "actions": {
            "transactionId": "0123456789abcdef0123456789abcdef", "outputParameters": true, "expiration": "2026-11-23T10:00:00",
            "actions": [{ "name": "approve", "type": "success", "output": { "by": "$name" }, "response": { "text": "thanks" } }],
        },
    });
    let read = Actions::from_stored(&actions.to_string()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&read.to_stored()).unwrap(), actions);
}

/// As deep as the parser lets anything come in: 127 objects and lists, one in the other, around a number.
fn deepest() -> Value {
    let deepest = (0..63).fold(json!([1.5]), |below, _| json!([{ "a": below }]));
    assert!(serde_json::from_str::<Value>(&deepest.to_string()).is_ok());
    assert!(serde_json::from_str::<Value>(&json!([deepest]).to_string()).is_err());
    deepest
}

/// Like `deepest`, within so many levels of what came in.
fn within(levels: usize) -> Value {
    (0..levels).fold(deepest(), |deep, _| deep.as_array().map_or_else(|| deep["a"].clone(), |items| items[0].clone()))
}

#[test]
fn whatever_came_in_is_read_again_however_deep_it_is() {
    let action = json!({ "name": "it", "type": "success", "output": within(3) });
    let order = json!({ "token": "t", "actions": [action] });
    let order: Value = serde_json::from_str(&order.to_string()).unwrap();
    let order = Order::read(&order, TransactionId::new(1), Switches::default(), at("10:00:00")).unwrap();
    assert_eq!(Actions::from_stored(&order.actions.to_stored()), Ok(order.actions));

    let webhook: Value = json!({ "destination": "bank", "body": { "a": within(3) } });
    let webhook =
        serde_json::from_str(&json!({ "webhook": webhook }).to_string()).map(|mut sent: Value| sent["webhook"].take());
    let request = request_of(Ask::Webhook(Webhook::read(webhook.unwrap()).unwrap()));
    assert_eq!(Request::from_stored(&request.to_stored()), Ok(request.clone()));

    let mut state = State::new(&request, TaskToken::new("t").unwrap(), at("10:00:00"));
    let answer = MachineAnswer::Success { output: deepest() };
    let outcome = Outcome::Answered { answer: answer.clone(), source: Source::Link };
    state.status = Status::Decided(Decision { id: "d1".to_owned(), outcome, at: at("10:00:00") });
    let state = state.came_late(&answer, &Source::Response, LateReason::AnsweredOtherwise, at("10:00:00"));
    assert_eq!(State::from_stored(state.to_stored()), Ok(state));

    let key = InboundKey { from: InboundFrom::Sender("bank".to_owned()), id: "msg_1".to_owned() };
    let inbound = Inbound { key, digest: "d".to_owned(), about: None, body: Some(deepest()), at: at("10:00:00") };
    assert_eq!(Inbound::from_stored(&inbound.to_stored()), Ok(inbound));
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

/// However long what a machine is sent, and what it answers: both count as JSON, which is how they are stored.
#[test]
fn the_largest_documents_of_machines_are_below_it_too() {
    let most = 407_000;
    let body = json!({ "text": "x".repeat(Webhook::MOST_BODY_BYTES - 11) });
    let outcome =
        json!({ "name": "paid", "type": "success", "schema": { "const": "x".repeat(65_000) }, "output_body": true });
    let webhook = json!({
        "destination": "x".repeat(64), "path": "x".repeat(1_024), "body": body, "outcomes": [outcome], "externalIdAt": "/id",
    });
    let mut request = request_of(Ask::Webhook(Webhook::read(webhook).unwrap()));
    request.execution = Some("x".repeat(1_000));
    assert!((190_000..most).contains(&request.to_stored().len()), "{}", request.to_stored().len());
    let mut state = State::new(&request, TaskToken::new("t").unwrap(), at("10:00:00"));
    let output = Value::from("x".repeat(TaskOutput::MAX_BYTES - 2));
    let source = Source::Event { sender: "x".repeat(64), id: "x".repeat(1_024) };
    let outcome = Outcome::Answered { answer: MachineAnswer::Success { output }, source: source.clone() };
    state.status = Status::Decided(Decision { id: "f".repeat(32), outcome, at: at("10:00:00") });
    state.notices.insert(0, Notice { sent: 0, failures: 1, next_at: None, problem: Some(FOUR_BYTES.repeat(300)) });
    let late = MachineAnswer::Success { output: "x".repeat(80 * 1024 - 31).into() };
    for _ in 0..9 {
        state = state.came_late(&late, &source, LateReason::AnsweredOtherwise, at("10:00:00"));
    }
    assert!((350_000..most).contains(&state.to_stored().document.len()), "{}", state.to_stored().document.len());
}
