//! What becomes of a task that another system is to answer.

use callback_bridge::names;
use serde_json::Value;

use super::*;
use crate::{Webhook, life::decision::Outcome};

fn request() -> Request {
    let webhook = json!({ "destination": "payment-provider", "deadline": { "afterSeconds": 7200 } });
    let waiting = Waiting {
        attempt: TaskToken::new("t").unwrap().attempt_id(),
        context: TaskContext::default(),
        sent_at: start(),
        heartbeat: None,
        timeout: None,
    };
    Request::new(waiting, Ask::Webhook(Webhook::read(webhook).unwrap())).unwrap()
}

fn state() -> State {
    State::new(&request(), TaskToken::new("t").unwrap(), start())
}

fn after(minutes: u64) -> Timestamp {
    start().checked_add(Duration::from_mins(minutes)).unwrap()
}

fn paid(amount: u64) -> MachineAnswer {
    MachineAnswer::Success { output: json!({ "paid": amount }) }
}

fn heard(state: &State, answer: &MachineAnswer, now: Timestamp) -> Result<Taken, NotTaken> {
    state.hear(&request(), answer, &Source::Link, "1", now)
}

fn decided(taken: Result<Taken, NotTaken>) -> State {
    match taken {
        Ok(Taken::New(state)) => *state,
        other => panic!("{other:?}"),
    }
}

/// The error and the cause of a failed task.
fn failure(state: &State) -> (String, Value) {
    match state.answer_of(&request(), state.decision().unwrap()) {
        Answer::Failure(failure) => (failure.error().to_owned(), serde_json::from_str(&failure.cause()).unwrap()),
        Answer::Success(output) => panic!("{output:?}"),
    }
}

#[test]
fn what_a_machine_answers_is_what_step_functions_is_told() {
    let state = decided(heard(&state(), &paid(3), after(1)));
    let answer = state.answer_of(&request(), state.decision().unwrap());
    assert!(matches!(answer, Answer::Success(output) if output.as_json() == r#"{"paid":3}"#));
    let refused = MachineAnswer::failure(Some("Payment.Refused".to_owned()), Some("no money".to_owned())).unwrap();
    let (error, cause) = failure(&decided(heard(&self::state(), &refused, after(1))));
    assert_eq!((&*error, &cause["message"]), ("Payment.Refused", &json!("no money")));
    assert_eq!(cause["callbackId"], json!(request().id));
    let nameless = MachineAnswer::failure(None, None).unwrap();
    assert_eq!(failure(&decided(heard(&self::state(), &nameless, after(1)))).0, names::WEBHOOK_FAILED);
}

#[test]
fn the_same_answer_again_is_taken_and_another_one_is_not() {
    let decided = decided(heard(&state(), &paid(3), after(1)));
    let by_event = Source::Event { sender: "payment-provider".to_owned(), id: "evt_1".to_owned() };
    assert_eq!(decided.hear(&request(), &paid(3), &by_event, "2", after(9_999)), Ok(Taken::Before), "however it comes");
    assert!(matches!(heard(&decided, &paid(4), after(2)), Err(NotTaken::Decided(decision)) if decision.id == "1"));
}

#[test]
fn an_answer_after_the_deadline_is_late_whether_anybody_has_noticed_or_not() {
    let request = request();
    assert_eq!(heard(&state(), &paid(3), request.deadline_at), Err(NotTaken::TooLate));
    assert_eq!(state().waits(&request, request.deadline_at), Err(NotTaken::TooLate));
    let expired = state().expire(&request, "1", request.deadline_at).unwrap();
    assert!(matches!(heard(&expired, &paid(3), after(200)), Err(NotTaken::Decided(_))));
}

#[test]
fn a_call_that_is_not_taken_is_made_again_later_and_later_but_not_before_it_is_wanted() {
    let (request, mut state) = (request(), state());
    let mut waits = Vec::new();
    let mut now = start();
    for jitter in [0.0, 0.5, 1.0, 0.0] {
        assert_eq!(state.duties(&request, now), [Duty::Call]);
        state = state.not_called(&request, "no reply in time", None, jitter, now);
        assert!(state.duties(&request, now).is_empty());
        let next = state.due_at.unwrap();
        waits.push(next.duration_since(now).as_secs());
        now = next;
    }
    assert_eq!(waits, [30, 90, 240, 240]);
    let asked = state.not_called(&request, "429", Some(Duration::from_hours(1)), 0.0, start());
    assert_eq!(asked.notices[&0].next_at, Some(after(60)));
    let ordered = asked.tell_again(&request, &asked, after(20)).unwrap();
    assert_eq!(ordered, None, "nor by order");
    let failed = state.not_called(&request, "503", None, 0.0, start());
    let ordered = failed.tell_again(&request, &failed, after(1)).unwrap().unwrap();
    assert_eq!(ordered.due_at, Some(after(1)), "what was not asked for is not waited for");
    let for_too_long = state.not_called(&request, "429", Some(Duration::from_hours(24)), 0.0, start());
    assert_eq!(for_too_long.due_at, Some(request.deadline_at), "the deadline is not forgotten over it");
}

#[test]
fn a_task_whose_destination_was_never_reached_says_so_and_why() {
    let (request, state) = (request(), state());
    let tried = state.not_called(&request, "it replied with 503", None, 0.0, start());
    let (error, cause) = failure(&tried.expire(&request, "1", request.deadline_at).unwrap());
    assert_eq!(error, names::WEBHOOK_UNREACHABLE);
    assert!(cause["message"].as_str().unwrap().ends_with("it replied with 503"), "{cause}");
    let called = tried.called(&request, after(5));
    assert_eq!(called.notices[&0].problem, None);
    let (error, cause) = failure(&called.expire(&request, "1", request.deadline_at).unwrap());
    assert_eq!(error, names::EXPIRED, "{cause}");
}

#[test]
fn a_destination_that_refuses_ends_the_task_with_its_reason() {
    let refused = state().refused("410: it does not exist any more", "1", after(1)).unwrap();
    let (error, cause) = failure(&refused);
    assert_eq!(error, names::WEBHOOK_REFUSED);
    assert_eq!(cause["message"], "410: it does not exist any more");
    assert_eq!(refused.refused("again", "2", after(2)), None, "it is decided");
    let long = state().refused(&"é".repeat(1_000), "1", after(1)).unwrap();
    assert!(matches!(&long.decision().unwrap().outcome, Outcome::Refused { reason } if reason.chars().count() == 300));
}

#[test]
fn people_and_machines_answer_what_they_are_asked_and_nothing_else() {
    let given = GivenAnswer {
        approver: 0,
        signed_in_as: None,
        choice: Choice::Approve,
        comment: None,
        shown: request().digest(),
    };
    assert_eq!(state().answer(&request(), given, "1", start()), Err(NotTaken::Unknown));
    let approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
    let waiting = Waiting {
        attempt: TaskToken::new("t").unwrap().attempt_id(),
        context: TaskContext::default(),
        sent_at: start(),
        heartbeat: None,
        timeout: None,
    };
    let question = Request::new(waiting, Ask::Approval(Approval::read(approval).unwrap())).unwrap();
    let asked = State::new(&question, TaskToken::new("t").unwrap(), start());
    assert_eq!(asked.hear(&question, &paid(3), &Source::Link, "1", start()), Err(NotTaken::Unknown));
}
