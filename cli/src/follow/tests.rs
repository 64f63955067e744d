//! From the first event to the exit code.

use std::sync::{Arc, Mutex};

use aws_sdk_sfn::{
    operation::get_execution_history::{GetExecutionHistoryError, GetExecutionHistoryOutput},
    types::{HistoryEvent, error::ExecutionDoesNotExist},
};
use aws_smithy_mocks::{RuleMode, mock, mock_client};

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

#[tokio::test(start_paused = true)]
async fn an_execution_is_followed_to_its_end() {
    let rule = mock!(Client::get_execution_history)
        .sequence()
        .error(|| {
            let missing = ExecutionDoesNotExist::builder().message("Execution Does Not Exist").build();
            GetExecutionHistoryError::ExecutionDoesNotExist(missing)
        })
        .output(|| newest_first(&credit_check().list()[..3]))
        .output(|| newest_first(&credit_check().list()[..3]))
        .output(|| newest_first(&credit_check().list()))
        .build();
    let sfn = mock_client!(aws_sdk_sfn, RuleMode::Sequential, [&rule]);
    let lines = Lines::default();
    let summary = until_ended(&sfn, EXECUTION, &mut View::of(lines.clone())).await.unwrap();
    assert_eq!(summary.status, ExecutionStatus::Succeeded);
    assert_eq!(lines.text().lines().count(), 12, "{}", lines.text());
    assert_eq!(rule.num_calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_is_not_there_is_given_up() {
    let rule = mock!(Client::get_execution_history).then_error(|| {
        let missing = ExecutionDoesNotExist::builder().message("Execution Does Not Exist").build();
        GetExecutionHistoryError::ExecutionDoesNotExist(missing)
    });
    let sfn = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&rule]);
    let error = until_ended(&sfn, EXECUTION, &mut View::of(Lines::default())).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)));
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
