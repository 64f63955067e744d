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
    let mut before = before(events, event);
    let Some(frame) = Frame::of(&event.r#type) else {
        let last = before.find(|event| Facts::of(event).state.is_some());
        return last.filter(|event| event.state_entered_event_details().is_some());
    };
    // Those that are within a Map or Parallel state are passed over.
    let (mut within, mut later) = (0, event);
    before.find(|event| {
        within += i32::from(frame.is_left_by(event, later));
        within -= i32::from(event.r#type == frame.entered);
        later = event;
        within < 0
    })
}

/// The id of the event since which all is over with this one, whatever follows from that event: the one by which a state was
/// entered that is left, aborted or has failed, or by which an item of a Map state began.
pub(crate) fn over_since(events: &Events, event: &HistoryEvent) -> Option<i64> {
    let begun = match &event.r#type {
        Type::MapIterationFailed | Type::MapIterationAborted => {
            let is_item = |index| move |event: &&HistoryEvent| Facts::of(event).index == index;
            let mut starts = before(events, event).filter(|event| event.r#type == Type::MapIterationStarted);
            starts.find(is_item(Facts::of(event).index))
        }
        Type::MapStateFailed
        | Type::MapStateAborted
        | Type::ParallelStateFailed
        | Type::ParallelStateAborted
        | Type::TaskStateAborted
        | Type::WaitStateAborted => entry_of(events, event),
        _ if event.state_exited_event_details().is_some() => entry_of(events, event),
        _ => None,
    };
    begun.map(|event| event.id)
}

/// Whether an event is this one or follows from it.
pub(crate) fn follows(events: &Events, id: i64, this: i64) -> bool {
    let way = iter::successors(events.get(id), |event| previous(events, event));
    way.map(|event| event.id).take_while(|id| *id >= this).any(|id| id == this)
}

/// The events that led to this one, the last of them first.
fn before<'a>(events: &'a Events, event: &HistoryEvent) -> impl Iterator<Item = &'a HistoryEvent> {
    iter::successors(previous(events, event), |event| previous(events, event))
}

fn previous<'a>(events: &'a Events, event: &HistoryEvent) -> Option<&'a HistoryEvent> {
    events.get(event.previous_event_id)
}

/// The events of a state that has others within it.
struct Frame {
    entered: Type,
    started: Type,
    failed: Type,
    aborted: Type,
    exited: Type,
}

static MAP: Frame = Frame {
    entered: Type::MapStateEntered,
    started: Type::MapStateStarted,
    failed: Type::MapStateFailed,
    aborted: Type::MapStateAborted,
    exited: Type::MapStateExited,
};

static PARALLEL: Frame = Frame {
    entered: Type::ParallelStateEntered,
    started: Type::ParallelStateStarted,
    failed: Type::ParallelStateFailed,
    aborted: Type::ParallelStateAborted,
    exited: Type::ParallelStateExited,
};

impl Frame {
    /// That of the Map or Parallel state that an event is about.
    fn of(kind: &Type) -> Option<&'static Self> {
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
            | Type::MapRunRedriven => Some(&MAP),
            Type::ParallelStateStarted
            | Type::ParallelStateSucceeded
            | Type::ParallelStateFailed
            | Type::ParallelStateAborted
            | Type::ParallelStateExited => Some(&PARALLEL),
            _ => None,
        }
    }

    /// Whether such a state ended with an event, which led to the later one: a failure that is caught is followed by the
    /// state's exit, and one that is retried by another start; one that is neither is the last of its state.
    fn is_left_by(&self, event: &HistoryEvent, later: &HistoryEvent) -> bool {
        let has_failed = event.r#type == self.failed || event.r#type == self.aborted;
        let is_last = later.r#type != self.exited && later.r#type != self.started;
        event.r#type == self.exited || (has_failed && is_last)
    }
}
