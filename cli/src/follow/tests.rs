//! From the first event to the exit code.

use std::sync::{Arc, Mutex};

use aws_sdk_sfn::{
    error::ErrorMetadata,
    operation::get_execution_history::{GetExecutionHistoryError, GetExecutionHistoryOutput},
    types::{HistoryEvent, error::ExecutionDoesNotExist},
};
use aws_smithy_mocks::{RuleMode, mock, mock_client};

use serde_json::Value;

use super::*;
use crate::test_events::{EXECUTION, Telling, credit_check};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn newest_first(events: &[HistoryEvent]) -> GetExecutionHistoryOutput {
    let events = events.iter().rev().cloned().collect();
    GetExecutionHistoryOutput::builder().set_events(Some(events)).build().unwrap()
}

fn missing() -> GetExecutionHistoryError {
    let metadata = ErrorMetadata::builder().code("ExecutionDoesNotExist").message("Execution Does Not Exist").build();
    GetExecutionHistoryError::ExecutionDoesNotExist(ExecutionDoesNotExist::builder().meta(metadata).build())
}

fn throttled() -> GetExecutionHistoryError {
    GetExecutionHistoryError::generic(ErrorMetadata::builder().code("SlowDown").message("Slow down").build())
}

async fn told(sfn: &Client, begun: Begun) -> (Result<(), Error>, String) {
    let lines = Lines::default();
    let ended =
        until_ended(sfn, EXECUTION, begun, &mut Events::default(), &mut View::of(Format::Table, lines.clone())).await;
    (ended, lines.text())
}

#[tokio::test(start_paused = true)]
async fn an_execution_is_followed_to_its_end() {
    let rule = mock!(Client::get_execution_history)
        .sequence()
        .error(missing)
        .output(|| newest_first(&credit_check().list()[..3]))
        .output(|| newest_first(&credit_check().list()[..3]))
        .output(|| newest_first(&credit_check().list()))
        .build();
    let sfn = mock_client!(aws_sdk_sfn, RuleMode::Sequential, [&rule]);
    let (ended, lines) = told(&sfn, Begun::JustNow).await;
    ended.unwrap();
    assert_eq!((lines.lines().count(), rule.num_calls()), (12, 4), "{lines}");
}

#[tokio::test(start_paused = true)]
async fn a_silence_of_aws_is_told_once_and_outlasted() {
    let rule = mock!(Client::get_execution_history)
        .sequence()
        .output(|| newest_first(&credit_check().list()[..3]))
        .error(throttled)
        .times(20)
        .output(|| newest_first(&credit_check().list()))
        .build();
    let sfn = mock_client!(aws_sdk_sfn, RuleMode::Sequential, [&rule]);
    let (ended, lines) = told(&sfn, Begun::Before).await;
    ended.unwrap();
    assert_eq!((lines.lines().count(), lines.matches("SlowDown").count()), (13, 1), "{lines}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_at_first_is_given_up() {
    let rule = mock!(Client::get_execution_history).then_error(throttled);
    let (ended, _) = told(&mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&rule]), Begun::Before).await;
    assert!(matches!(ended, Err(Error::Unreachable(_))));
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_is_not_there_is_waited_for_only_if_it_has_just_begun() {
    for (begun, calls) in [(Begun::JustNow, 6), (Begun::Before, 1)] {
        let rule = mock!(Client::get_execution_history).then_error(missing);
        let (ended, _) = told(&mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&rule]), begun).await;
        assert!(matches!(ended, Err(Error::NotThere(_))));
        assert_eq!(rule.num_calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_tried_again() {
    let rule = mock!(Client::get_execution_history).then_error(|| {
        GetExecutionHistoryError::generic(ErrorMetadata::builder().code("AccessDeniedException").build())
    });
    let (ended, _) = told(&mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&rule]), Begun::JustNow).await;
    assert!(matches!(ended, Err(Error::Refused(_))));
    assert_eq!(rule.num_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_control_character_of_an_execution_reaches_a_terminal() {
    let greeted =
        || Telling::default().started().activity_scheduled("arn:aws:states:::activity:\u{1b}[2J").succeeded("");
    let rule = mock!(Client::get_execution_history).then_output(move || newest_first(&greeted().list()));
    let (_, lines) = told(&mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&rule]), Begun::Before).await;
    assert!(lines.contains("[2J") && !lines.contains('\u{1b}'), "{lines}");
}

fn finished(telling: Telling, format: Format) -> (Ended, String) {
    let mut out = Vec::new();
    let ended = finish(&Summary::of_history(EXECUTION, &telling.events()), format, &mut out).unwrap();
    (ended, String::from_utf8(out).unwrap())
}

#[test]
fn a_success_ends_with_the_output() {
    let (ended, text) = finished(credit_check(), Format::Table);
    assert_eq!(ended, Ended::Well);
    assert!(text.contains("status     SUCCEEDED after 11.0 s"), "{text}");
    assert!(text.contains(r#"output     {"decision":"approved"}"#), "{text}");
}

#[test]
fn a_failure_ends_with_its_cause_and_another_exit_code() {
    let (ended, text) = finished(Telling::default().started().failed("Credit.Declined", "too low"), Format::Json);
    assert_eq!(ended, Ended::NotSucceeded);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&document["status"], &document["error"]), (&"FAILED".into(), &"Credit.Declined".into()));
    assert_eq!(document["cause"], "too low");
}
