//! A history as one JSON document.

use aws_sdk_sfn::types::HistoryEvent;
use serde_json::{Map, Value};

use super::{Events, Facts, Row, Summary};
use crate::{redacted, times};

/// The summary, with the `events` beside it.
pub(super) fn document(summary: &Summary, events: &Events, rows: &[Row]) -> Value {
    let mut fields = summary.to_json();
    let events = events.as_slice().iter().zip(rows).map(|(event, row)| of_event(event, row));
    fields.insert("events".to_owned(), events.collect());
    Value::Object(fields)
}

fn of_event(event: &HistoryEvent, row: &Row) -> Value {
    let facts = Facts::of(event);
    let mut fields = Map::new();
    let mut field = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    field("id", Some(event.id.into()));
    field("previousEventId", Some(event.previous_event_id.into()));
    field("timestamp", Some(times::of_aws(event.timestamp()).to_string().into()));
    field("type", Some(event.r#type.as_str().into()));
    field("state", row.state.clone().map(Value::from));
    field("resourceType", facts.service.map(Value::from));
    field("resource", facts.resource.map(Value::from));
    field("timeoutInSeconds", facts.timeout.map(Value::from));
    field("heartbeatInSeconds", facts.heartbeat.map(Value::from));
    field("workerName", facts.worker.map(Value::from));
    field("length", facts.length.map(Value::from));
    field("index", facts.index.map(Value::from));
    field("parameters", facts.parameters.map(json));
    field("input", facts.input.map(json));
    field("output", facts.output.map(json));
    field("error", facts.error.map(text));
    field("cause", facts.cause.map(text));
    Value::Object(fields)
}

fn json(text: &str) -> Value {
    let text = redacted::text(text);
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn text(text: &str) -> Value {
    redacted::text(text).into()
}
