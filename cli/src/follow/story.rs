//! What happens in an execution, in plain words, and who is waited for.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sfn::types::{HistoryEvent, HistoryEventType as Type};
use jiff::Timestamp;

use crate::{
    history::{Events, Facts, ends_execution, entry_of, follows, over_since, shown, state_of},
    times,
};

/// What has been told of an execution so far.
#[derive(Debug, Default)]
pub(super) struct Story {
    told: usize,
    /// By the id of the event by which their state was entered: a state of a Map is entered once for each item.
    waits: BTreeMap<i64, Wait>,
    /// How often the task of a state was tried, by the same ids.
    tries: HashMap<i64, u32>,
}

/// Somebody, or something, that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wait {
    /// The id of the event since which that is so.
    pub(super) asked: i64,
    pub(super) since: Timestamp,
    /// Which state waits for whom.
    pub(super) text: String,
}

impl Story {
    /// What is new, a line for each thing that happened.
    pub(super) fn tell(&mut self, events: &Events) -> Vec<String> {
        let all = events.as_slice();
        let start = all.first().map(|event| times::of_aws(event.timestamp())).unwrap_or_default();
        let new = all.get(self.told..).unwrap_or_default();
        self.told = all.len();
        let line = |event: &HistoryEvent| {
            let what = self.happens(events, event)?;
            let since = times::duration(times::between(start, times::of_aws(event.timestamp())));
            Some(match state_of(events, event) {
                Some(state) => format!("{since:>10}  {state}: {what}"),
                None => format!("{since:>10}  {what}"),
            })
        };
        new.iter().filter_map(line).collect()
    }

    /// Who is waited for now, the longest waits first.
    pub(super) fn waits(&self) -> impl Iterator<Item = &Wait> {
        self.waits.values()
    }

    fn happens(&mut self, events: &Events, event: &HistoryEvent) -> Option<String> {
        let facts = Facts::of(event);
        let entry = entry_of(events, event).map(|entry| entry.id);
        if let Some(since) = over_since(events, event) {
            self.waits.retain(|id, _| !follows(events, *id, since));
        }
        match &event.r#type {
            Type::ExecutionStarted => Some("the execution has started".to_owned()),
            Type::ExecutionRedriven => Some("the execution is redriven".to_owned()),
            Type::TaskScheduled | Type::ActivityScheduled | Type::LambdaFunctionScheduled => {
                let entry = entry.unwrap_or(event.id);
                let what = format!("{}{}", asked(event, &facts), self.tries(entry));
                self.wait(events, event, entry, &what);
                Some(what)
            }
            Type::WaitStateEntered => {
                self.wait(events, event, event.id, "waits for a time");
                Some("entered, and waits for a time".to_owned())
            }
            Type::ActivityStarted => Some(format!(
                "a worker has taken the task{}",
                facts.worker.map(|by| format!(": {}", shown(by))).unwrap_or_default()
            )),
            Type::MapRunStarted | Type::MapRunRedriven => {
                let what =
                    format!("waits for the Map run {}, whose executions are followed one by one", facts.map_run?);
                self.wait(events, event, entry.unwrap_or(event.id), &what);
                Some(what)
            }
            Type::MapStateStarted => facts.length.map(|items| format!("{items} items")),
            Type::MapIterationStarted => facts.index.map(|index| format!("item {index} begins")),
            _ if event.state_entered_event_details().is_some() => Some("entered".to_owned()),
            _ => {
                let what = ends(event, &facts)?;
                if let Some(entry) = entry {
                    self.waits.remove(&entry);
                }
                if ends_execution(event) {
                    self.waits.clear();
                }
                Some(what)
            }
        }
    }

    /// A state waits, since an event.
    fn wait(&mut self, events: &Events, event: &HistoryEvent, entry: i64, what: &str) {
        let text = format!("{} {what}", state_of(events, event).unwrap_or("a state"));
        self.waits.insert(entry, Wait { asked: event.id, since: times::of_aws(event.timestamp()), text });
    }

    /// How often the task of a state is tried now, if it is not the first time.
    fn tries(&mut self, entry: i64) -> String {
        let tries = self.tries.entry(entry).and_modify(|tries| *tries += 1).or_insert(1);
        if *tries == 1 { String::new() } else { format!(", try {tries}") }
    }
}

/// A task is given to somebody.
fn asked(event: &HistoryEvent, facts: &Facts<'_>) -> String {
    let mut what = format!("waits for {}", whom(event, facts));
    what.extend(facts.timeout.map(|seconds| format!(", for {seconds} s at most")));
    what.extend(facts.heartbeat.map(|seconds| format!(", with a heartbeat every {seconds} s")));
    what
}

/// Who is waited for.
fn whom(event: &HistoryEvent, facts: &Facts<'_>) -> String {
    let target = facts.target().unwrap_or_else(|| "a task".to_owned());
    match &event.r#type {
        Type::ActivityScheduled => format!("a worker of the activity {target}"),
        Type::LambdaFunctionScheduled => format!("the function {target}"),
        _ if facts.waits_for_token() => format!("the answer to a token: {target}"),
        _ => target,
    }
}

/// How something ended.
fn ends(event: &HistoryEvent, facts: &Facts<'_>) -> Option<String> {
    let failure = || match (facts.error, facts.cause) {
        (Some(error), Some(cause)) => format!(": {}: {}", shown(error), shown(cause)),
        (Some(one), None) | (None, Some(one)) => format!(": {}", shown(one)),
        (None, None) => String::new(),
    };
    match &event.r#type {
        Type::TaskSucceeded | Type::ActivitySucceeded | Type::LambdaFunctionSucceeded => Some("answered".to_owned()),
        Type::TaskFailed
        | Type::TaskStartFailed
        | Type::TaskSubmitFailed
        | Type::ActivityFailed
        | Type::ActivityScheduleFailed
        | Type::LambdaFunctionFailed
        | Type::LambdaFunctionScheduleFailed
        | Type::LambdaFunctionStartFailed
        | Type::EvaluationFailed
        | Type::MapStateFailed
        | Type::ParallelStateFailed
        | Type::MapRunFailed => Some(format!("failed{}", failure())),
        Type::TaskTimedOut | Type::ActivityTimedOut | Type::LambdaFunctionTimedOut => {
            Some(format!("nobody answered in time{}", failure()))
        }
        Type::TaskStateAborted | Type::WaitStateAborted | Type::MapStateAborted | Type::ParallelStateAborted => {
            Some("aborted".to_owned())
        }
        Type::MapIterationSucceeded => facts.index.map(|index| format!("item {index} is done")),
        Type::MapIterationFailed => facts.index.map(|index| format!("item {index} has failed")),
        Type::MapIterationAborted => facts.index.map(|index| format!("item {index} is aborted")),
        Type::ExecutionSucceeded => Some("the execution has succeeded".to_owned()),
        Type::ExecutionFailed => Some(format!("the execution has failed{}", failure())),
        Type::ExecutionTimedOut => Some(format!("the execution has timed out{}", failure())),
        Type::ExecutionAborted => Some(format!("the execution was stopped{}", failure())),
        _ if event.state_exited_event_details().is_some() => Some("left".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::types::MapRunStartedEventDetails;

    use super::*;
    use crate::test_events::{Telling, branches_of_which_one_fails, credit_check, item_that_fails};

    #[test]
    fn what_happens_is_told_line_by_line() {
        let lines = Story::default().tell(&credit_check().events());
        let queue = "the answer to a token: sqs:sendMessage.waitForTaskToken to checks";
        let limits = "for 60 s at most, with a heartbeat every 10 s";
        assert_eq!(lines[0], "   0.000 s  the execution has started");
        assert_eq!(lines[1], "   1.000 s  Check credit: entered");
        assert_eq!(lines[2], format!("   2.000 s  Check credit: waits for {queue}, {limits}"));
        assert_eq!(lines[3], "   3.000 s  Check credit: failed: Bureau.Busy: try again");
        assert_eq!(lines[4], format!("   4.000 s  Check credit: waits for {queue}, {limits}, try 2"));
        assert_eq!(lines[5], "   5.000 s  Check credit: answered");
        assert_eq!(lines.last().unwrap(), "    11.0 s  the execution has succeeded");
        assert!(!lines.concat().contains("secret"));
    }

    #[test]
    fn nothing_is_told_twice() {
        let mut story = Story::default();
        let first: Events = credit_check().list().into_iter().take(3).collect();
        assert_eq!(story.tell(&first).len(), 3);
        assert_eq!(story.tell(&first), [""; 0]);
        assert_eq!(story.tell(&credit_check().events()).len(), 9);
    }

    #[test]
    fn who_is_waited_for_is_known_until_the_answer() {
        let mut story = Story::default();
        let asked = || Telling::default().started().entered(Type::TaskStateEntered, "Check credit").scheduled();
        story.tell(&asked().events());
        let waits: Vec<_> = story.waits().collect();
        assert!(waits[0].text.starts_with("Check credit waits for the answer to a token: sqs:"), "{waits:?}");
        assert_eq!(waits[0].since.to_string(), "2025-11-22T10:00:02Z");
        story.tell(&asked().task_succeeded("{}").events());
        assert_eq!(story.waits().count(), 0);
    }

    #[test]
    fn a_worker_of_an_activity_is_named() {
        let arn = "arn:aws:states:us-east-1:123456789012:activity:getGreeting";
        let telling = Telling::default().started().entered(Type::TaskStateEntered, "Greet");
        let lines = Story::default().tell(&telling.activity_scheduled(arn).activity_started("carol").events());
        assert_eq!(lines[2], "   2.000 s  Greet: waits for a worker of the activity getGreeting");
        assert_eq!(lines[3], "   3.000 s  Greet: a worker has taken the task: carol");
    }

    #[test]
    fn a_map_run_is_told_with_its_arn() {
        let run = MapRunStartedEventDetails::builder().map_run_arn("arn:aws:states:::mapRun:m/Each:7").build();
        let telling = Telling::default().started().entered(Type::MapStateEntered, "Each");
        let telling = telling.then(Type::MapRunStarted, |event| event.map_run_started_event_details(run));
        let lines = Story::default().tell(&telling.events());
        assert!(lines[2].contains("Each: waits for the Map run arn:aws:states:::mapRun:m/Each:7, whose"), "{lines:?}");
    }

    #[test]
    fn nobody_is_waited_for_in_branches_that_are_over() {
        let mut story = Story::default();
        let caught = branches_of_which_one_fails()
            .exited(Type::ParallelStateExited, "Both")
            .entered(Type::TaskStateEntered, "Undo")
            .scheduled();
        story.tell(&branches_of_which_one_fails().events());
        assert_eq!(waits(&story), [""; 0]);
        story.tell(&caught.events());
        assert!(matches!(&waits(&story)[..], [undo] if undo.starts_with("Undo waits for")), "{:?}", waits(&story));
    }

    #[test]
    fn nobody_is_waited_for_in_an_item_that_has_failed() {
        let mut story = Story::default();
        let lines = story.tell(&item_that_fails().events());
        assert_eq!(waits(&story), [""; 0]);
        assert_eq!(lines.last().unwrap(), "   6.000 s  Each: item 0 has failed");
    }

    #[test]
    fn a_time_and_a_map_run_are_waited_for_too() {
        let mut story = Story::default();
        let entered = || Telling::default().started().entered(Type::WaitStateEntered, "Rest");
        story.tell(&entered().events());
        assert_eq!(waits(&story), ["Rest waits for a time"]);
        story.tell(&entered().exited(Type::WaitStateExited, "Rest").events());
        assert_eq!(waits(&story), [""; 0]);

        let (mut story, run) = (Story::default(), || MapRunStartedEventDetails::builder().map_run_arn("run-7").build());
        let telling = Telling::default().started().entered(Type::MapStateEntered, "Each");
        let telling = telling.then(Type::MapRunStarted, |event| event.map_run_started_event_details(run()));
        story.tell(&telling.events());
        assert!(waits(&story)[0].starts_with("Each waits for the Map run run-7"), "{:?}", waits(&story));
    }

    fn waits(story: &Story) -> Vec<String> {
        story.waits().map(|wait| wait.text.clone()).collect()
    }

    #[test]
    fn nobody_is_waited_for_when_the_execution_has_ended() {
        let mut story = Story::default();
        let telling = Telling::default().started().entered(Type::TaskStateEntered, "Check credit").scheduled();
        let stopped = telling.after(1, Type::ExecutionAborted, |event| event);
        assert_eq!(story.tell(&stopped.events()).last().unwrap(), "   3.000 s  the execution was stopped");
        assert_eq!(story.waits().count(), 0);
    }
}
