//! Where an execution has been.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Events, Facts, state_of};

/// The states that an execution has entered, and the one where it is or has failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Visits {
    entered: BTreeSet<String>,
    /// Entered more often than left: the execution is there.
    there: BTreeSet<String>,
    failed: Option<String>,
}

/// What is known of a state of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visit {
    Visited,
    /// The execution is there.
    There,
    /// The execution has failed there.
    Failed,
}

impl Visits {
    /// What a history tells.
    pub(super) fn of(events: &Events) -> Self {
        let mut open: BTreeMap<&str, i64> = BTreeMap::new();
        for event in events.as_slice() {
            let Some(state) = Facts::of(event).state else { continue };
            let entered = event.state_entered_event_details().is_some();
            *open.entry(state).or_default() += if entered { 1 } else { -1 };
        }
        let last = events.as_slice().last().filter(|_| events.have_ended());
        let failed = last.and_then(|event| state_of(events, event)).map(str::to_owned);
        let is_there = |count: &i64| *count > 0 && !events.have_ended();
        Self {
            entered: open.keys().map(|state| (*state).to_owned()).collect(),
            there: open.iter().filter(|(_, count)| is_there(count)).map(|(state, _)| (*state).to_owned()).collect(),
            failed,
        }
    }

    /// What is known of a state; nothing if the execution has not been there.
    pub(super) fn of_state(&self, name: &str) -> Option<Visit> {
        if self.failed.as_deref() == Some(name) {
            Some(Visit::Failed)
        } else if self.there.contains(name) {
            Some(Visit::There)
        } else {
            self.entered.contains(name).then_some(Visit::Visited)
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::types::HistoryEventType as Type;

    use super::*;
    use crate::test_events::{Telling, credit_check};

    #[test]
    fn a_success_has_visited_states_only() {
        let visits = Visits::of(&credit_check().events());
        assert_eq!(visits.of_state("Approve"), Some(Visit::Visited));
        assert_eq!(visits.of_state("Check credit"), Some(Visit::Visited));
        assert_eq!(visits.of_state("Decline"), None);
    }

    #[test]
    fn where_an_execution_is_and_where_it_has_failed_is_known() {
        let asked = || Telling::default().started().entered(Type::TaskStateEntered, "Check credit").scheduled();
        assert_eq!(Visits::of(&asked().events()).of_state("Check credit"), Some(Visit::There));
        let stopped = asked().after(1, Type::ExecutionAborted, |event| event);
        assert_eq!(Visits::of(&stopped.events()).of_state("Check credit"), Some(Visit::Visited));
        let failed = asked().task_failed("E", "cause").failed("E", "cause");
        assert_eq!(Visits::of(&failed.events()).of_state("Check credit"), Some(Visit::Failed));
    }
}
