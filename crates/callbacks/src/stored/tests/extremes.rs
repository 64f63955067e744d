//! The deepest and the largest documents.

use super::*;

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
        let notice = Notice { sent: u8::MAX, failures: u32::MAX, next_at: Some(at), not_before: None, problem: None };
        state.notices.insert(nth, notice);
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
    let (not_before, problem) = (Some(at("10:00:00.123456789")), Some(FOUR_BYTES.repeat(300)));
    state.notices.insert(0, Notice { sent: 0, failures: 1, next_at: None, not_before, problem });
    let late = MachineAnswer::Success { output: "x".repeat(80 * 1024 - 31).into() };
    for _ in 0..9 {
        state = state.came_late(&late, &source, LateReason::AnsweredOtherwise, at("10:00:00"));
    }
    assert!((350_000..most).contains(&state.to_stored().document.len()), "{}", state.to_stored().document.len());
}
