//! Where an execution has been.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sfn::types::HistoryEventType as Type;

use crate::history::{Events, Facts, entry_of, follows, over_since, state_of};

/// The states that an execution has entered, and the one where it is or has failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Visits {
    entered: BTreeSet<String>,
    /// Entered and not left: the execution is there.
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
        let (mut entered, mut open) = (BTreeSet::new(), BTreeMap::new());
        for event in events.as_slice() {
            let goes_on = matches!(event.r#type, Type::MapStateStarted | Type::ParallelStateStarted);
            if goes_on || event.state_entered_event_details().is_some() {
                let entry = entry_of(events, event);
                open.extend(entry.and_then(|entry| Some((entry.id, Facts::of(entry).state?))));
            } else if let Some(since) = over_since(events, event) {
                open.retain(|entry, _| !follows(events, *entry, since));
            }
            entered.extend(Facts::of(event).state.map(str::to_owned));
        }
        let last = events.as_slice().last().filter(|_| events.have_ended());
        let failed = last.and_then(|event| state_of(events, event)).map(str::to_owned);
        let there = open.into_values().filter(|_| !events.have_ended()).map(str::to_owned).collect();
        Self { entered, there, failed }
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
    use super::*;
    use crate::test_events::{Telling, branches_of_which_one_fails, credit_check, item_that_fails};

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

    #[test]
    fn what_was_within_is_over_when_its_frame_has_failed() {
        let caught = branches_of_which_one_fails()
            .exited(Type::ParallelStateExited, "Both")
            .entered(Type::TaskStateEntered, "Undo");
        let visits = Visits::of(&caught.events());
        for state in ["Both", "Fails", "Is stopped"] {
            assert_eq!(visits.of_state(state), Some(Visit::Visited), "{state}");
        }
        assert_eq!(visits.of_state("Undo"), Some(Visit::There));
    }

    #[test]
    fn a_frame_that_is_tried_again_is_where_the_execution_is() {
        let again = branches_of_which_one_fails()
            .then(Type::ParallelStateStarted, |event| event)
            .entered(Type::TaskStateEntered, "Fails");
        let visits = Visits::of(&again.events());
        assert_eq!(visits.of_state("Is stopped"), Some(Visit::Visited));
        assert_eq!(visits.of_state("Both"), Some(Visit::There));
        assert_eq!(visits.of_state("Fails"), Some(Visit::There));
    }

    #[test]
    fn an_item_that_has_failed_is_over() {
        let visits = Visits::of(&item_that_fails().events());
        assert_eq!(visits.of_state("Ask"), Some(Visit::Visited));
        assert_eq!(visits.of_state("Each"), Some(Visit::There));
    }
}
