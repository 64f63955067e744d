//! Histories as Step Functions tells them, for tests.

use aws_sdk_sfn::{
    primitives::DateTime,
    types::{
        ActivityScheduledEventDetails, ActivityStartedEventDetails, ExecutionFailedEventDetails,
        ExecutionStartedEventDetails, ExecutionSucceededEventDetails, HistoryEvent, HistoryEventType as Type,
        MapIterationEventDetails, StateEnteredEventDetails, StateExitedEventDetails, TaskFailedEventDetails,
        TaskScheduledEventDetails, TaskSucceededEventDetails, builders::HistoryEventBuilder,
    },
};

use crate::history::Events;

pub(crate) const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAsecretsecret+/=";
pub(crate) const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:credit-check:act-1";
pub(crate) const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:credit-check";
/// 2025-11-22T10:00:00Z
pub(crate) const START_MS: i64 = 1_763_805_600_000;

/// A history that is told event by event, a second apart.
#[derive(Default)]
pub(crate) struct Telling(Vec<HistoryEvent>);

impl Telling {
    /// Adds an event that follows the last one.
    pub(crate) fn then(self, kind: Type, details: impl FnOnce(HistoryEventBuilder) -> HistoryEventBuilder) -> Self {
        let last = i64::try_from(self.0.len()).unwrap();
        self.after(last, kind, details)
    }

    /// Adds an event that follows the one with this id.
    pub(crate) fn after(
        mut self,
        previous: i64,
        kind: Type,
        details: impl FnOnce(HistoryEventBuilder) -> HistoryEventBuilder,
    ) -> Self {
        let id = i64::try_from(self.0.len()).unwrap() + 1;
        let event = HistoryEvent::builder().id(id).previous_event_id(previous).r#type(kind);
        let event = event.timestamp(DateTime::from_millis(START_MS + (id - 1) * 1_000));
        self.0.push(details(event).build().unwrap());
        self
    }

    pub(crate) fn started(self) -> Self {
        let details = ExecutionStartedEventDetails::builder().input(r#"{"applicant":"Kato"}"#).build();
        self.then(Type::ExecutionStarted, |event| event.execution_started_event_details(details))
    }

    pub(crate) fn entered(self, kind: Type, state: &str) -> Self {
        let details = StateEnteredEventDetails::builder().name(state).build().unwrap();
        self.then(kind, |event| event.state_entered_event_details(details))
    }

    pub(crate) fn exited(self, kind: Type, state: &str) -> Self {
        let details = StateExitedEventDetails::builder().name(state).build().unwrap();
        self.then(kind, |event| event.state_exited_event_details(details))
    }

    /// A task that sends its token to a queue.
    pub(crate) fn scheduled(self) -> Self {
        let body = format!(r#"{{\"taskToken\":\"{TOKEN}\"}}"#);
        let details = TaskScheduledEventDetails::builder()
            .resource_type("sqs")
            .resource("sendMessage.waitForTaskToken")
            .region("us-east-1")
            .parameters(format!(r#"{{"QueueUrl":"https://sqs/123456789012/checks","MessageBody":"{body}"}}"#))
            .timeout_in_seconds(60)
            .heartbeat_in_seconds(10);
        self.then(Type::TaskScheduled, |event| event.task_scheduled_event_details(details.build().unwrap()))
    }

    pub(crate) fn task_failed(self, error: &str, cause: &str) -> Self {
        let details = TaskFailedEventDetails::builder().resource_type("sqs").resource("sendMessage.waitForTaskToken");
        let details = details.error(error).cause(cause).build().unwrap();
        self.then(Type::TaskFailed, |event| event.task_failed_event_details(details))
    }

    pub(crate) fn task_succeeded(self, output: &str) -> Self {
        let details =
            TaskSucceededEventDetails::builder().resource_type("sqs").resource("sendMessage.waitForTaskToken");
        let details = details.output(output).build().unwrap();
        self.then(Type::TaskSucceeded, |event| event.task_succeeded_event_details(details))
    }

    pub(crate) fn activity_scheduled(self, arn: &str) -> Self {
        let details = ActivityScheduledEventDetails::builder().resource(arn).build().unwrap();
        self.then(Type::ActivityScheduled, |event| event.activity_scheduled_event_details(details))
    }

    pub(crate) fn activity_started(self, worker: &str) -> Self {
        let details = ActivityStartedEventDetails::builder().worker_name(worker).build();
        self.then(Type::ActivityStarted, |event| event.activity_started_event_details(details))
    }

    pub(crate) fn succeeded(self, output: &str) -> Self {
        let details = ExecutionSucceededEventDetails::builder().output(output).build();
        self.then(Type::ExecutionSucceeded, |event| event.execution_succeeded_event_details(details))
    }

    pub(crate) fn failed(self, error: &str, cause: &str) -> Self {
        let details = ExecutionFailedEventDetails::builder().error(error).cause(cause).build();
        self.then(Type::ExecutionFailed, |event| event.execution_failed_event_details(details))
    }

    pub(crate) fn events(self) -> Events {
        self.0.into_iter().collect()
    }

    pub(crate) fn list(&self) -> Vec<HistoryEvent> {
        self.0.clone()
    }
}

/// A credit check whose first try fails and whose second succeeds.
pub(crate) fn credit_check() -> Telling {
    Telling::default()
        .started()
        .entered(Type::TaskStateEntered, "Check credit")
        .scheduled()
        .task_failed("Bureau.Busy", "try again")
        .scheduled()
        .task_succeeded(r#"{"score":742}"#)
        .exited(Type::TaskStateExited, "Check credit")
        .entered(Type::ChoiceStateEntered, "Is the score good?")
        .exited(Type::ChoiceStateExited, "Is the score good?")
        .entered(Type::PassStateEntered, "Approve")
        .exited(Type::PassStateExited, "Approve")
        .succeeded(r#"{"decision":"approved"}"#)
}

/// Two branches with a task each, of which one fails, and its state with it; what comes after that, is caught or is tried again.
pub(crate) fn branches_of_which_one_fails() -> Telling {
    let state = |name: &str| StateEnteredEventDetails::builder().name(name).build().unwrap();
    Telling::default()
        .started()
        .entered(Type::ParallelStateEntered, "Both")
        .then(Type::ParallelStateStarted, |event| event)
        .after(3, Type::TaskStateEntered, |event| event.state_entered_event_details(state("Is stopped")))
        .scheduled()
        .after(3, Type::TaskStateEntered, |event| event.state_entered_event_details(state("Fails")))
        .scheduled()
        .task_failed("Bureau.Busy", "try again")
        .then(Type::ParallelStateFailed, |event| event)
}

/// An item of a Map state, whose task waits when the item fails.
pub(crate) fn item_that_fails() -> Telling {
    let item = || MapIterationEventDetails::builder().index(0).build();
    Telling::default()
        .started()
        .entered(Type::MapStateEntered, "Each")
        .then(Type::MapStateStarted, |event| event)
        .then(Type::MapIterationStarted, |event| event.map_iteration_started_event_details(item()))
        .entered(Type::TaskStateEntered, "Ask")
        .scheduled()
        .then(Type::MapIterationFailed, |event| event.map_iteration_failed_event_details(item()))
}
