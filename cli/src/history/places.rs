//! Which state an event belongs to.

use std::iter;

use aws_sdk_sfn::types::{HistoryEvent, HistoryEventType as Type};

use super::{Events, Facts};

/// The state that each event belongs to. An execution's own events belong to none, but for a failure, which belongs to the
/// state that failed.
pub(crate) fn states(events: &Events) -> Vec<Option<String>> {
    events.as_slice().iter().map(|event| state_of(events, event).map(str::to_owned)).collect()
}

/// The state that an event belongs to.
pub(crate) fn state_of<'a>(events: &'a Events, event: &'a HistoryEvent) -> Option<&'a str> {
    Facts::of(event).state.or_else(|| Facts::of(entry_of(events, event)?).state)
}

/// The event by which the state was entered that an event belongs to.
pub(crate) fn entry_of<'a>(events: &'a Events, event: &'a HistoryEvent) -> Option<&'a HistoryEvent> {
    if event.state_entered_event_details().is_some() {
        return Some(event);
    }
    let mut before = iter::successors(previous(events, event), |event| previous(events, event));
    let Some((entered, exited)) = around(&event.r#type) else {
        let last = before.find(|event| Facts::of(event).state.is_some());
        return last.filter(|event| event.state_entered_event_details().is_some());
    };
    // Those that are within a Map or Parallel state are passed over.
    let mut within = 0;
    before.find(|event| {
        within += i32::from(event.r#type == exited);
        within -= i32::from(event.r#type == entered);
        within < 0
    })
}

fn previous<'a>(events: &'a Events, event: &HistoryEvent) -> Option<&'a HistoryEvent> {
    events.get(event.previous_event_id)
}

/// Between which events those of a Map or Parallel state itself stand.
fn around(kind: &Type) -> Option<(Type, Type)> {
    match kind {
        Type::MapStateStarted
        | Type::MapStateSucceeded
        | Type::MapStateFailed
        | Type::MapStateAborted
        | Type::MapStateExited
        | Type::MapIterationStarted
        | Type::MapIterationSucceeded
        | Type::MapIterationFailed
        | Type::MapIterationAborted
        | Type::MapRunStarted
        | Type::MapRunSucceeded
        | Type::MapRunFailed
        | Type::MapRunAborted
        | Type::MapRunRedriven => Some((Type::MapStateEntered, Type::MapStateExited)),
        Type::ParallelStateStarted
        | Type::ParallelStateSucceeded
        | Type::ParallelStateFailed
        | Type::ParallelStateAborted
        | Type::ParallelStateExited => Some((Type::ParallelStateEntered, Type::ParallelStateExited)),
        _ => None,
    }
}
