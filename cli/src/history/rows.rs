//! One event, one row.

use aws_sdk_sfn::types::HistoryEvent;

use super::{Events, Facts, states};
use crate::{redacted, terminal, times};

/// How much of an input, an output or a cause a row shows, in characters.
const SHOWN: usize = 120;

/// What a row of the table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: i64,
    /// Since the first event.
    pub(crate) since: String,
    pub(crate) kind: String,
    /// The state that the event belongs to.
    pub(crate) state: Option<String>,
    pub(crate) detail: String,
}

/// A row for each event.
pub(super) fn rows(events: &Events) -> Vec<Row> {
    let start = events.as_slice().first().map(|event| times::of_aws(event.timestamp())).unwrap_or_default();
    let row = |(event, state): (&HistoryEvent, Option<String>)| Row {
        id: event.id,
        since: times::duration(times::between(start, times::of_aws(event.timestamp()))),
        kind: event.r#type.as_str().to_owned(),
        state,
        detail: detail(&Facts::of(event)),
    };
    events.as_slice().iter().zip(states(events)).map(row).collect()
}

/// What an event says, in a line.
fn detail(facts: &Facts<'_>) -> String {
    let mut parts = Vec::new();
    parts.extend(facts.target());
    parts.extend(facts.timeout.map(|seconds| format!("times out after {seconds} s")));
    parts.extend(facts.heartbeat.map(|seconds| format!("wants a heartbeat every {seconds} s")));
    parts.extend(facts.worker.map(|worker| format!("taken by {}", shown(worker))));
    parts.extend(facts.length.map(|items| format!("{items} items")));
    parts.extend(facts.index.map(|index| format!("item {index}")));
    parts.extend(facts.map_run.map(|run| format!("Map run {run}")));
    parts.extend(facts.location.map(shown));
    parts.extend(facts.error.map(shown));
    parts.extend(facts.cause.map(shown));
    parts.extend(facts.input.map(|input| format!("input {}", shown(input))));
    parts.extend(facts.output.map(|output| format!("output {}", shown(output))));
    terminal::printable(&parts.join(", "))
}

/// The beginning of a text, without tokens, on one line.
pub(crate) fn shown(text: &str) -> String {
    let text = redacted::text(text);
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut start: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        start.push('…');
    }
    start
}
