//! The worker on the runtime: what is parked is acknowledged and not answered, and what cannot be asked is failed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use callback_bridge::{
    Answer, RuntimeSettings, TaskToken, WorkerRuntime,
    test_util::{RecordingCallbacks, RecordingQueue, invocation, sqs_event, sqs_message},
};
use callbacks::{
    CallError, Callback, CallbackId, Desk, LinkKeys, Nobody, Outbound, Outside, Status,
    test_util::{Lost, MemoryStore, RecordingOutside, StoppedClock},
};
use open_callback::OpenCallback;
use serde_json::{Value, json};

const TOKEN: &str = "the token of the tests";

#[derive(Default)]
struct Bench {
    store: MemoryStore,
    callbacks: RecordingCallbacks,
    outside: RecordingOutside,
}

impl Bench {
    /// Whether a message is kept.
    async fn keeps(&self, message: SqsMessage) -> bool {
        self.keeps_over(self.outside.clone(), message).await
    }

    async fn keeps_over(&self, outside: impl Outside, message: SqsMessage) -> bool {
        // The messages of these tests were sent then.
        let clock = StoppedClock::at(invocation(Duration::ZERO).received_at.try_into().unwrap());
        let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
        let desk = Desk::new(self.store.clone(), self.callbacks.clone(), outside, clock, keys);
        let (queue, settings) = (RecordingQueue::default(), RuntimeSettings::default());
        let runtime = WorkerRuntime::new(OpenCallback::new(desk), self.callbacks.clone(), queue, settings);
        let response = runtime.handle(sqs_event([message]), invocation(Duration::from_secs(30))).await.unwrap();
        !response.batch_item_failures.is_empty()
    }

    fn parked(&self) -> Option<Callback> {
        self.store.get(CallbackId::of(&TaskToken::new(TOKEN).unwrap().attempt_id()))
    }

    fn asked(&self) -> Vec<String> {
        self.outside.sent().into_iter().map(|sent| sent.address).collect()
    }

    /// The field by which the one task was failed, and what is said about it.
    fn refused(&self) -> (String, String) {
        let answers = self.callbacks.answers();
        let [Answer::Failure(failure)] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!(failure.error(), "Bridge.InvalidInput");
        let cause: Value = serde_json::from_str(&failure.cause()).unwrap();
        assert_eq!(cause["attempt"], TaskToken::new(TOKEN).unwrap().attempt_id().as_str());
        (cause["field"].as_str().unwrap().to_owned(), cause["message"].as_str().unwrap().to_owned())
    }
}

fn approval() -> Value {
    json!({ "title": "Loan 42", "approvers": ["alice@example.com", "bob@example.com"] })
}

fn webhook() -> Value {
    json!({ "destination": "payment-provider", "path": "payments", "body": { "amount": 3 } })
}

/// A message with these fields beside the token.
fn message(fields: Value) -> SqsMessage {
    let mut body = json!({ "taskToken": TOKEN });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    sqs_message("1", &body)
}

fn received(mut message: SqsMessage, times: u32) -> SqsMessage {
    message.attributes.insert("ApproximateReceiveCount".to_owned(), times.to_string());
    message
}

#[tokio::test(start_paused = true)]
async fn a_task_is_parked_and_acknowledged_and_everybody_is_asked() {
    let bench = Bench::default();
    let context = json!({ "execution": "arn:loan-42", "state": "Ask", "enteredAt": "2025-11-22T09:59:00.5Z" });
    let fields = json!({ "approval": approval(), "context": context, "heartbeatSeconds": 600, "timeoutSeconds": 3600 });
    assert!(!bench.keeps(message(fields)).await);
    assert_eq!(bench.asked(), ["alice@example.com", "bob@example.com"]);
    assert_eq!(bench.callbacks.calls(), [], "people answer, not the function");
    let Callback { request, state } = bench.parked().unwrap();
    assert_eq!((state.status, state.token), (Status::Pending, Some(TaskToken::new(TOKEN).unwrap())));
    assert_eq!((request.execution.as_deref(), request.state.as_deref()), (Some("arn:loan-42"), Some("Ask")));
    assert_eq!(request.began_at, "2025-11-22T09:59:00.5Z".parse().unwrap(), "the clock of the state counts");
    assert_eq!(request.deadline_at, "2025-11-22T10:56:00.5Z".parse().unwrap(), "three minutes before the timeout");
    assert_eq!(request.heartbeat, Some(Duration::from_mins(10)));
}

#[tokio::test(start_paused = true)]
async fn without_a_context_the_task_began_when_its_message_was_sent() {
    let bench = Bench::default();
    assert!(!bench.keeps(message(json!({ "approval": approval() }))).await);
    assert_eq!(bench.parked().unwrap().request.began_at, "2025-11-22T10:00:00Z".parse().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_twice_asks_once() {
    let bench = Bench::default();
    for _ in 0..2 {
        assert!(!bench.keeps(message(json!({ "approval": approval() }))).await);
    }
    assert_eq!(bench.asked().len(), 2);
    assert_eq!(bench.callbacks.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn whom_no_notice_reaches_is_left_to_the_sweep() {
    let bench = Bench::default();
    bench.outside.fail("alice@example.com");
    assert!(!bench.keeps(message(json!({ "approval": approval() }))).await);
    assert_eq!(bench.asked(), ["bob@example.com"]);
    assert!(bench.parked().unwrap().state.due_at.is_some());
}

/// The data of a user stands in `input`: it never chooses who decides.
#[tokio::test(start_paused = true)]
async fn an_approval_is_read_beside_the_token_and_nowhere_else() {
    let of_the_user = json!({ "title": "Loan 42", "approvers": ["mallory@example.com"] });
    for place in ["input", "Input", "Payload"] {
        let bench = Bench::default();
        assert!(!bench.keeps(message(json!({ place: { "approval": of_the_user } }))).await);
        assert_eq!(bench.refused().0, "approval", "{place}");
        assert_eq!((bench.asked(), bench.parked()), (vec![], None), "{place}");
        let bench = Bench::default();
        assert!(!bench.keeps(message(json!({ place: { "approval": of_the_user }, "approval": approval() }))).await);
        assert_eq!(bench.asked(), ["alice@example.com", "bob@example.com"], "{place}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_fails_the_task_by_the_name_of_its_field() {
    let with = |field: &str, value: Value| {
        let mut approval = approval();
        approval[field] = value;
        json!({ "approval": approval })
    };
    for (fields, field, told) in [
        (json!({}), "approval", "missing"),
        (json!({ "approval": null }), "approval", "missing"),
        (json!({ "webhook": null }), "approval", "missing"),
        (json!({ "approval": approval(), "webhook": webhook() }), "webhook", "beside approval"),
        (json!({ "webhook": ["payment-provider"] }), "webhook", "object"),
        (json!({ "webhook": { "path": "payments" } }), "webhook", "destination"),
        (
            json!({ "webhook": { "destination": "payment-provider", "url": "https://a" } }),
            "webhook.url",
            "unknown field",
        ),
        (json!({ "webhook": webhook(), "heartbeatSeconds": 179 }), "heartbeatSeconds", "180"),
        (json!({ "webhook": webhook(), "timeoutSeconds": 180 }), "timeoutSeconds", "above 180"),
        (json!({ "approval": "alice@example.com" }), "approval", "invalid type"),
        (json!({ "approval": { "approvers": ["alice@example.com"] } }), "approval", "title"),
        (with("title", json!(" ")), "approval.title", "empty"),
        (with("approver", json!("alice@example.com")), "approval.approver", "unknown field"),
        (with("approvers", json!(["alice"])), "approval.approvers[0].address", "e-mail"),
        (with("policy", json!({ "approvals": 3 })), "approval.policy.approvals", "from 1 to 2"),
        (json!({ "approval": approval(), "heartbeatSeconds": 179 }), "heartbeatSeconds", "180"),
        (json!({ "approval": approval(), "timeoutSeconds": 180 }), "timeoutSeconds", "above 180"),
    ] {
        let bench = Bench::default();
        assert!(!bench.keeps(message(fields.clone())).await, "{fields}");
        let refused = bench.refused();
        assert_eq!(refused.0, field, "{fields}: {}", refused.1);
        assert!(refused.1.contains(told), "{fields}: {}", refused.1);
        assert_eq!((bench.asked(), bench.parked()), (vec![], None), "{fields}");
        assert_eq!(bench.outside.calls(), [], "{fields}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_after_the_timeout_of_the_state_fails_the_task() {
    let bench = Bench::default();
    let mut approval = approval();
    approval["deadline"] = json!({ "afterSeconds": 3421 });
    assert!(!bench.keeps(message(json!({ "approval": approval, "timeoutSeconds": 3600 }))).await);
    let (field, told) = bench.refused();
    assert_eq!(field, "approval.deadline.afterSeconds");
    assert!(told.contains("3420"), "{told}");
}

/// Whether it is stored is not known, so nobody may answer: people may be asked already.
#[tokio::test(start_paused = true)]
async fn while_the_table_is_in_trouble_the_message_is_kept_and_nothing_is_answered() {
    for receives in 1..=5 {
        let store = MemoryStore::default().losing([Lost::NotWritten]);
        let bench = Bench { store, ..Bench::default() };
        assert!(bench.keeps(received(message(json!({ "approval": approval() })), receives)).await, "{receives}");
        assert_eq!(bench.callbacks.calls(), [], "{receives}");
        assert!(bench.asked().is_empty(), "{receives}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_was_stored_although_nobody_heard_it_is_acknowledged_when_it_comes_again() {
    let bench = Bench { store: MemoryStore::default().losing([Lost::Written]), ..Bench::default() };
    assert!(bench.keeps(message(json!({ "approval": approval() }))).await);
    assert!(!bench.keeps(received(message(json!({ "approval": approval() })), 2)).await);
    assert!(bench.parked().is_some());
    assert_eq!(bench.callbacks.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn what_names_no_task_is_kept_for_the_dead_letter_queue() {
    let bench = Bench::default();
    assert!(bench.keeps(sqs_message("1", &json!({ "approval": approval() }))).await);
    assert_eq!((bench.callbacks.calls(), bench.asked()), (vec![], vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_another_system_is_parked_and_that_is_called_once() {
    let bench = Bench::default();
    for _ in 0..2 {
        assert!(!bench.keeps(message(json!({ "webhook": webhook(), "timeoutSeconds": 3600 }))).await);
    }
    let calls = bench.outside.calls();
    let [call] = &calls[..] else { panic!("{calls:?}") };
    let Callback { request, state } = bench.parked().unwrap();
    assert_eq!((&*call.destination, &call.webhook_id), ("payment-provider", &request.id.to_string()));
    assert_eq!(call.body["amount"], 3);
    assert!(call.body["callbackUrl"].as_str().unwrap().ends_with(&format!("/c/{}", call.link)), "{}", call.body);
    assert_eq!((state.status, state.token), (Status::Pending, Some(TaskToken::new(TOKEN).unwrap())));
    assert_eq!(request.deadline_at, "2025-11-22T10:57:00Z".parse().unwrap(), "three minutes before the timeout");
    assert_eq!((bench.callbacks.calls(), bench.asked()), (vec![], vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_cannot_be_called_now_is_left_to_the_sweep() {
    let bench = Bench::default();
    bench.outside.reply_with(Err(CallError::Again { reason: "it replied with 503".to_owned(), after: None }));
    assert!(!bench.keeps(message(json!({ "webhook": webhook() }))).await);
    let state = bench.parked().unwrap().state;
    assert!(state.status == Status::Pending && state.due_at.is_some(), "{state:?}");
    assert_eq!(bench.callbacks.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_refuses_fails_the_task() {
    let bench = Bench::default();
    bench.outside.reply_with(Err(CallError::Refused { reason: "it replied with 404".to_owned() }));
    assert!(!bench.keeps(message(json!({ "webhook": webhook() }))).await);
    let answers = bench.callbacks.answers();
    assert!(matches!(&answers[..], [Answer::Failure(failure)] if failure.error() == "Bridge.WebhookRefused"));
}

/// Nothing is registered where nobody is called.
#[tokio::test(start_paused = true)]
async fn an_unknown_destination_fails_the_task_by_the_name_of_its_field() {
    let bench = Bench::default();
    let nothing_registered = Outbound { people: bench.outside.clone(), machines: Nobody, late: bench.outside.clone() };
    assert!(!bench.keeps_over(nothing_registered, message(json!({ "webhook": webhook() }))).await);
    assert_eq!(bench.refused().0, "webhook.destination");
    assert_eq!((bench.parked(), bench.outside.calls()), (None, vec![]));
}

/// The data of a user stands in `input`: it never chooses whom the bridge calls.
#[tokio::test(start_paused = true)]
async fn a_webhook_is_read_beside_the_token_and_nowhere_else() {
    for place in ["input", "Input", "Payload"] {
        let bench = Bench::default();
        let of_the_user = json!({ place: { "webhook": webhook() } });
        assert!(!bench.keeps(message(of_the_user.clone())).await);
        assert_eq!((bench.refused().0.as_str(), bench.outside.calls()), ("approval", vec![]), "{place}");
        let bench = Bench::default();
        let mut both = of_the_user;
        both["approval"] = approval();
        assert!(!bench.keeps(message(both)).await);
        assert_eq!((bench.asked().len(), bench.outside.calls()), (2, vec![]), "{place}");
    }
}
