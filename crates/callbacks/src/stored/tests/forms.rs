//! Documents that are in tables out there.

use super::*;

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
    assert_eq!(
        state.notices,
        BTreeMap::from([(0, Notice { sent: 2, failures: 0, next_at: None, not_before: None, problem: None })])
    );
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
