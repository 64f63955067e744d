//! A history for people and for programs, and never with a token.

use aws_sdk_sfn::{
    Client,
    operation::get_execution_history::GetExecutionHistoryOutput,
    types::{
        EvaluationFailedEventDetails, ExecutionStartedEventDetails, HistoryEventExecutionDataDetails,
        HistoryEventType as Type, MapIterationEventDetails, MapRunRedrivenEventDetails, StateExitedEventDetails,
        TaskScheduledEventDetails,
    },
};
use aws_smithy_mocks::{RuleMode, mock, mock_client};

use super::*;
use crate::test_events::{EXECUTION, TOKEN, Telling, credit_check};

fn written(events: &Events, format: Format) -> String {
    let mut out = Vec::new();
    write(&Summary::of_history(EXECUTION, events), events, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn people_read_a_summary_and_a_row_for_each_event() {
    let text = written(&credit_check().events(), Format::Table);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "status     SUCCEEDED after 11.0 s");
    assert_eq!(lines[3], r#"input      {"applicant":"Kato"}"#);
    let row = lines.iter().find(|line| line.contains("TaskScheduled")).unwrap();
    for part in ["│ 3 ", "2.000 s", "Check credit", "sqs:sendMessage.waitForTaskToken to checks", "every 10 s"] {
        assert!(row.contains(part), "{row}");
    }
    assert_eq!(text.matches("Check credit").count(), 6, "{text}");
}

#[test]
fn programs_read_one_document() {
    let document: serde_json::Value = serde_json::from_str(&written(&credit_check().events(), Format::Json)).unwrap();
    assert_eq!(document["status"], "SUCCEEDED");
    assert_eq!(document["output"]["decision"], "approved");
    assert_eq!(document["events"].as_array().unwrap().len(), 12);
    assert_eq!(document["events"][3]["error"], "Bureau.Busy");
    assert_eq!(document["events"][5]["output"]["score"], 742);
    assert_eq!(document["events"][11]["timestamp"], "2025-11-22T10:00:11Z");
}

#[test]
fn no_token_of_a_history_is_written() {
    let events = credit_check().events();
    for format in [Format::Table, Format::Json] {
        let text = written(&events, format);
        assert!(!text.contains("secret") && !text.contains("AQCU"), "{text}");
    }
}

#[test]
fn numbers_keep_all_their_digits() {
    let output = r#"{"id": 12345678901234567890123, "score": 1.00}"#;
    let text = written(&Telling::default().started().succeeded(output).events(), Format::Json);
    assert_eq!(text.matches(output).count(), 2, "{text}");
}

#[test]
fn what_is_told_to_people_moves_nothing_on_their_terminals() {
    let events = Telling::default().started().failed("E", "\u{1b}[2J").events();
    assert!(!written(&events, Format::Table).contains('\u{1b}'));
}

#[test]
fn tokens_in_addresses_are_not_told() {
    let parameters = format!(r#"{{"ApiEndpoint":"api.example.com/{TOKEN}/{TOKEN}secret"}}"#);
    let details = TaskScheduledEventDetails::builder().resource_type("apigateway").resource("invoke");
    let details = details.region("us-east-1").parameters(parameters).build().unwrap();
    let asked = Telling::default().started().entered(Type::TaskStateEntered, "Ask");
    let asked = asked.then(Type::TaskScheduled, |event| event.task_scheduled_event_details(details));
    let events = asked.activity_started(TOKEN).events();
    for format in [Format::Table, Format::Json] {
        let text = written(&events, format);
        assert!(!text.contains("secret") && text.contains("[redacted]"), "{text}");
    }
}

#[test]
fn programs_read_all_that_step_functions_tells() {
    let started = ExecutionStartedEventDetails::builder().state_machine_alias_arn("alias").input("{}");
    let started = started.input_details(HistoryEventExecutionDataDetails::builder().truncated(true).build()).build();
    let exited = StateExitedEventDetails::builder().name("a").assigned_variables("n", "1.00").build().unwrap();
    let run = MapRunRedrivenEventDetails::builder().map_run_arn("run").redrive_count(2).build();
    let failed = EvaluationFailedEventDetails::builder().state("a").location("Arguments").build().unwrap();
    let events = Telling::default()
        .then(Type::ExecutionStarted, |event| event.execution_started_event_details(started))
        .then(Type::PassStateExited, |event| event.state_exited_event_details(exited))
        .then(Type::MapRunRedriven, |event| event.map_run_redriven_event_details(run))
        .then(Type::EvaluationFailed, |event| event.evaluation_failed_event_details(failed))
        .scheduled();
    let text = written(&events.events(), Format::Json);
    for field in [
        r#""stateMachineAliasArn": "alias""#,
        r#""inputIsTruncated": true"#,
        r#""n": 1.00"#,
        r#""mapRunArn": "run""#,
        r#""redriveCount": 2"#,
        r#""location": "Arguments""#,
        r#""region": "us-east-1""#,
    ] {
        assert!(text.contains(field), "{field}: {text}");
    }
}

#[test]
fn events_of_a_map_belong_to_it_and_those_within_to_their_states() {
    let item = |event: aws_sdk_sfn::types::builders::HistoryEventBuilder| {
        event.map_iteration_started_event_details(MapIterationEventDetails::builder().index(1).build())
    };
    let events = Telling::default()
        .started()
        .entered(Type::MapStateEntered, "Each")
        .then(Type::MapStateStarted, |event| event)
        .then(Type::MapIterationStarted, item)
        .entered(Type::MapStateEntered, "Inner")
        .exited(Type::MapStateExited, "Inner")
        .entered(Type::TaskStateEntered, "Ask")
        .scheduled()
        .exited(Type::TaskStateExited, "Ask")
        .then(Type::MapIterationSucceeded, |event| event)
        .then(Type::MapStateSucceeded, |event| event)
        .exited(Type::MapStateExited, "Each")
        .succeeded("{}")
        .events();
    let states: Vec<_> = states(&events).into_iter().map(Option::unwrap_or_default).collect();
    let expected = ["", "Each", "Each", "Each", "Inner", "Inner", "Ask", "Ask", "Ask", "Each", "Each", "Each", ""];
    assert_eq!(states, expected);
    assert!(rows(&events)[3].detail.contains("item 1"));
}

#[test]
fn a_map_within_that_failed_is_passed_over_when_the_outer_one_is_looked_for() {
    let events = Telling::default()
        .started()
        .entered(Type::MapStateEntered, "Outer")
        .then(Type::MapStateStarted, |event| event)
        .then(Type::MapIterationStarted, |event| event)
        .entered(Type::MapStateEntered, "Inner")
        .then(Type::MapStateStarted, |event| event)
        .then(Type::MapStateFailed, |event| event)
        .then(Type::MapStateStarted, |event| event)
        .then(Type::MapStateFailed, |event| event)
        .then(Type::MapIterationFailed, |event| event)
        .then(Type::MapStateFailed, |event| event)
        .exited(Type::MapStateExited, "Outer")
        .events();
    let states: Vec<_> = states(&events).into_iter().map(Option::unwrap_or_default).collect();
    let [outer, inner] = ["Outer", "Inner"];
    assert_eq!(states, ["", outer, outer, outer, inner, inner, inner, inner, inner, outer, outer, outer]);
}

fn page(events: Vec<aws_sdk_sfn::types::HistoryEvent>, next: Option<&str>) -> GetExecutionHistoryOutput {
    GetExecutionHistoryOutput::builder().set_events(Some(events)).set_next_token(next.map(Into::into)).build().unwrap()
}

#[tokio::test]
async fn all_pages_are_read() {
    let (first, second) = (credit_check().list(), credit_check().list().split_off(7));
    let first = mock!(Client::get_execution_history)
        .match_requests(|input| input.next_token().is_none())
        .then_output(move || page(first[..7].to_vec(), Some("more")));
    let second = mock!(Client::get_execution_history)
        .match_requests(|input| input.next_token() == Some("more"))
        .then_output(move || page(second.clone(), None));
    let sfn = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&first, &second]);
    assert_eq!(events(&sfn, EXECUTION).await.unwrap(), credit_check().events());
}

#[tokio::test]
async fn reading_on_goes_back_to_what_is_known_and_no_further() {
    let newest_first =
        |from: usize, to: usize| credit_check().list()[from..to].iter().rev().cloned().collect::<Vec<_>>();
    let newest = mock!(Client::get_execution_history)
        .match_requests(|input| input.next_token().is_none() && input.reverse_order() == Some(true))
        .then_output(move || page(newest_first(9, 12), Some("older")));
    let older = mock!(Client::get_execution_history)
        .match_requests(|input| input.next_token() == Some("older"))
        .then_output(move || page(newest_first(4, 9), Some("oldest")));
    let sfn = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&newest, &older]);
    let mut events: Events = credit_check().list().into_iter().take(6).collect();
    assert!(!events.have_ended());
    assert_eq!(events.read_on(&sfn, EXECUTION).await.unwrap(), 6);
    assert_eq!(events, credit_check().events());
    assert!(events.have_ended());
    assert_eq!(events.read_on(&sfn, EXECUTION).await.unwrap(), 0);
    assert_eq!((newest.num_calls(), older.num_calls()), (2, 1));
}
