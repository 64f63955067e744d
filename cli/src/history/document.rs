//! A history as one JSON document.

use aws_sdk_sfn::types::HistoryEvent;
use serde::Serialize;

use super::{
    Events, Facts, Row, Summary,
    json::{Field, Fields},
};
use crate::times;

/// The summary, with the `events` beside it.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    #[serde(flatten)]
    summary: Fields,
    events: Vec<Fields>,
}

impl Document {
    pub(super) fn of(summary: &Summary, events: &Events, rows: &[Row]) -> Self {
        let events = events.as_slice().iter().zip(rows).map(|(event, row)| of_event(event, row));
        Self { summary: summary.to_json(), events: events.collect() }
    }
}

fn of_event(event: &HistoryEvent, row: &Row) -> Fields {
    let facts = Facts::of(event);
    let mut fields = Fields::new();
    let mut field = |name: &'static str, value: Option<Field>| {
        fields.extend(value.map(|value| (name, value)));
    };
    let number = |number: Option<i32>| number.map(i64::from).map(Field::Number);
    field("id", Some(Field::Number(event.id)));
    field("previousEventId", Some(Field::Number(event.previous_event_id)));
    field("timestamp", Some(Field::Text(times::of_aws(event.timestamp()).to_string())));
    field("type", Some(Field::text(event.r#type.as_str())));
    field("state", row.state.as_deref().map(Field::text));
    field("resourceType", facts.service.map(Field::text));
    field("resource", facts.resource.map(Field::text));
    field("region", facts.region.map(Field::text));
    field("timeoutInSeconds", facts.timeout.map(Field::Number));
    field("heartbeatInSeconds", facts.heartbeat.map(Field::Number));
    field("workerName", facts.worker.map(Field::text));
    field("length", number(facts.length));
    field("index", number(facts.index));
    field("mapRunArn", facts.map_run.map(Field::text));
    field("redriveCount", number(facts.redrives));
    field("stateMachineAliasArn", facts.alias.map(Field::text));
    field("stateMachineVersionArn", facts.version.map(Field::text));
    field("location", facts.location.map(Field::text));
    field("parameters", facts.parameters.map(Field::json));
    field("input", facts.input.map(Field::json));
    field("inputIsTruncated", facts.input_is_truncated.then_some(Field::Is(true)));
    field("output", facts.output.map(Field::json));
    field("outputIsTruncated", facts.output_is_truncated.then_some(Field::Is(true)));
    field("assignedVariables", facts.variables.map(Field::variables));
    field("error", facts.error.map(Field::text));
    field("cause", facts.cause.map(Field::text));
    fields
}
