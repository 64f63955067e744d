//! The events, and what EventBridge says about them.

use std::{path::Path, time::Duration};

use aws_sdk_eventbridge::{
    error::ErrorMetadata, operation::put_events::PutEventsOutput, types::PutEventsResultEntry,
    types::error::InternalException,
};
use aws_smithy_mocks::{Rule, mock, mock_client};
use callback_bridge::{TaskContext, TaskToken};
use callbacks::{Ask, LateReason, MachineAnswer, Request, Waiting, Webhook, urls::TransactionId};
use jsonschema::Validator;

use super::*;

const AT: &str = "2026-11-22T10:00:00Z";

fn schema() -> Validator {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/late-answer.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn request(context: TaskContext) -> Request {
    let waiting = Waiting {
        attempt: TaskToken::new("hidden").unwrap().attempt_id(),
        context,
        sent_at: AT.parse().unwrap(),
        heartbeat: None,
        timeout: Some(Duration::from_hours(1)),
    };
    let webhook = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
    Request::new(waiting, Ask::Webhook(webhook)).unwrap()
}

/// Has a late answer told to an EventBridge that does as the rule says.
async fn told(rule: &Rule, answer: &MachineAnswer, source: &Source, reason: LateReason) -> Result<(), String> {
    let client = mock_client!(aws_sdk_eventbridge, [rule]);
    let context = TaskContext {
        execution: Some("arn:aws:states:eu-west-1:123456789012:execution:loans:42".to_owned()),
        state: Some("Pay".to_owned()),
        ..TaskContext::default()
    };
    let request = request(context);
    let late = LateAnswer { request: &request, answer, source, reason, at: AT.parse().unwrap() };
    let events = LateAnswerEvents { client, bus: "callbacks".to_owned() };
    events.report(&late).await.map_err(|error| error.to_string())
}

fn paid() -> MachineAnswer {
    MachineAnswer::Success { output: json!({ "paid": 3 }) }
}

#[tokio::test]
async fn an_event_says_what_was_answered_and_why_it_does_not_matter() {
    let rule = mock!(Client::put_events)
        .match_requests(|request| {
            let [entry] = request.entries() else { return false };
            let detail: Value = serde_json::from_str(entry.detail().unwrap()).unwrap();
            let expected = json!({
                "callbackId": detail["callbackId"],
                "execution": "arn:aws:states:eu-west-1:123456789012:execution:loans:42",
                "state": "Pay",
                "destination": "payment-provider",
                "answeredAt": AT,
                "source": { "kind": "event", "sender": "payment-provider", "id": "evt-1" },
                "why": "expired",
                "answer": { "kind": "success", "output": { "paid": 3 } },
            });
            assert_eq!(detail, expected);
            let event = json!({ "source": entry.source(), "detail-type": entry.detail_type(), "detail": detail });
            assert_eq!(schema().validate(&event).map_err(|error| error.to_string()), Ok(()));
            assert_eq!(entry.time(), Some(&DateTime::from_secs(1_795_341_600)));
            entry.event_bus_name() == Some("callbacks")
        })
        .then_output(|| PutEventsOutput::builder().failed_entry_count(0).build());
    let source = Source::Event { sender: "payment-provider".to_owned(), id: "evt-1".to_owned() };
    assert_eq!(told(&rule, &paid(), &source, LateReason::Expired).await, Ok(()));
    assert_eq!(rule.num_calls(), 1);
}

#[test]
fn every_event_is_as_its_schema_says() {
    let reasons = [
        (LateReason::Expired, "expired"),
        (LateReason::Withdrawn, "withdrawn"),
        (LateReason::AnsweredOtherwise, "answeredOtherwise"),
        (LateReason::CallRefused, "callRefused"),
        (LateReason::NobodyWaits, "nobodyWaits"),
        (LateReason::Unknown, "unknown"),
    ];
    let failure = |error, cause| MachineAnswer::failure(error, cause).unwrap();
    let answers = [
        paid(),
        MachineAnswer::Success { output: Value::Null },
        failure(None, None),
        failure(Some("Declined".to_owned()), Some("no funds".to_owned())),
    ];
    let sources = [
        Source::Response,
        Source::Link,
        Source::Event { sender: "bank".to_owned(), id: "evt-1".to_owned() },
        Source::Url { transaction_id: TransactionId::new(0), outcome: "hook.paid".to_owned() },
    ];
    let (schema, request) = (schema(), request(TaskContext::default()));
    for (reason, told) in reasons {
        for answer in &answers {
            for source in &sources {
                let late = LateAnswer { request: &request, answer, source, reason, at: AT.parse().unwrap() };
                let event = json!({ "source": SOURCE, "detail-type": DETAIL_TYPE, "detail": detail(&late) });
                assert_eq!(schema.validate(&event).map_err(|error| error.to_string()), Ok(()), "{event}");
                assert_eq!(event["detail"]["why"], told);
            }
        }
    }
    let without = json!({ "source": SOURCE, "detail-type": DETAIL_TYPE, "detail": { "callbackId": request.id } });
    assert!(!schema.is_valid(&without));
}

/// A control character takes six letters in JSON, in the answer that came as in the event.
#[test]
fn the_largest_answer_fits_into_an_event() {
    let output = json!("\u{1}".repeat(64 * 1024 / 6));
    let (request, answer) = (request(TaskContext::default()), MachineAnswer::Success { output });
    let at = AT.parse().unwrap();
    let late =
        LateAnswer { request: &request, answer: &answer, source: &Source::Link, reason: LateReason::Expired, at };
    let bytes = detail(&late).to_string().len();
    assert!((64 * 1024..128 * 1024).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn an_entry_that_failed_is_an_error_though_the_reply_is_none() {
    let failed = |code: Option<&'static str>| {
        mock!(Client::put_events).then_output(move || {
            let entry = PutEventsResultEntry::builder().set_error_code(code.map(str::to_owned));
            let entry = entry.error_message("about hidden things").build();
            PutEventsOutput::builder().failed_entry_count(1).entries(entry).build()
        })
    };
    for (code, told_as) in [
        (Some("InternalFailure"), "EventBridge did not take the event (InternalFailure)"),
        (
            Some("NotAuthorizedForSourceException"),
            "EventBridge did not take the event (NotAuthorizedForSourceException): grant events:PutEvents on the event bus",
        ),
        (None, "EventBridge did not take the event (no reason given)"),
    ] {
        let told = told(&failed(code), &paid(), &Source::Link, LateReason::Expired).await;
        assert_eq!(told, Err(told_as.to_owned()));
    }
}

#[tokio::test]
async fn an_error_says_what_to_do_and_repeats_nothing() {
    let meta = |code: &str| ErrorMetadata::builder().code(code).message("about hidden things").build();
    let internal =
        move || PutEventsError::InternalException(InternalException::builder().meta(meta("InternalException")).build());
    let rules = [
        (mock!(Client::put_events).then_error(internal), "(InternalException)"),
        (
            mock!(Client::put_events).then_error(move || PutEventsError::generic(meta("AccessDeniedException"))),
            "grant events:PutEvents",
        ),
        (
            mock!(Client::put_events).then_error(move || PutEventsError::generic(meta("ResourceNotFoundException"))),
            "does not exist",
        ),
    ];
    for (rule, advice) in rules {
        let told = told(&rule, &paid(), &Source::Link, LateReason::Expired).await.unwrap_err();
        assert!(told.contains(advice) && !told.contains("hidden"), "{told}");
    }
}
