//! What an event says, wherever in its details it says so.

use std::collections::HashMap;

use aws_sdk_sfn::types::{HistoryEvent, HistoryEventExecutionDataDetails, HistoryEventType as Type};

use crate::{names, redacted};

/// What is known of an event. There is no `Debug`: parameters and inputs may have tokens in them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Facts<'a> {
    /// The state that was entered or left.
    pub(crate) state: Option<&'a str>,
    /// The service of a task, as in `sqs`.
    pub(crate) service: Option<&'a str>,
    /// What is called of it, as in `sendMessage.waitForTaskToken`; of an activity or a function its ARN.
    pub(crate) resource: Option<&'a str>,
    /// Where the service is asked.
    pub(crate) region: Option<&'a str>,
    /// What it is called with. It may have the task's token in it.
    pub(crate) parameters: Option<&'a str>,
    pub(crate) input: Option<&'a str>,
    /// Whether Step Functions has cut it.
    pub(crate) input_is_truncated: bool,
    pub(crate) output: Option<&'a str>,
    /// Whether Step Functions has cut it.
    pub(crate) output_is_truncated: bool,
    /// What a state has assigned, as JSON, by the names of the variables.
    pub(crate) variables: Option<&'a HashMap<String, String>>,
    pub(crate) error: Option<&'a str>,
    pub(crate) cause: Option<&'a str>,
    /// In seconds.
    pub(crate) timeout: Option<i64>,
    /// In seconds.
    pub(crate) heartbeat: Option<i64>,
    /// Who has taken an activity's task.
    pub(crate) worker: Option<&'a str>,
    /// Which item of a Map state it is about.
    pub(crate) index: Option<i32>,
    /// How many items a Map state has.
    pub(crate) length: Option<i32>,
    /// The ARN of what starts an execution for each item of a distributed Map state.
    pub(crate) map_run: Option<&'a str>,
    /// How often an execution or a Map run was redriven.
    pub(crate) redrives: Option<i32>,
    /// The ARN of the alias by which the execution was started.
    pub(crate) alias: Option<&'a str>,
    /// The ARN of the version that the execution runs by.
    pub(crate) version: Option<&'a str>,
    /// Which field of a state could not be evaluated.
    pub(crate) location: Option<&'a str>,
}

impl<'a> Facts<'a> {
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>
    pub(crate) fn of(event: &'a HistoryEvent) -> Self {
        let mut facts = Self::default();
        facts.read_states(event);
        facts.read_begun(event);
        facts.read_map_run(event);
        facts.read_succeeded(event);
        facts.read_failed(event);
        facts
    }

    fn read_states(&mut self, event: &'a HistoryEvent) {
        if let Some(details) = event.state_entered_event_details() {
            self.state = Some(details.name());
            self.is_given(details.input(), details.input_details());
        }
        if let Some(details) = event.state_exited_event_details() {
            (self.state, self.variables) = (Some(details.name()), details.assigned_variables());
        }
        if let Some(details) = event.map_state_started_event_details() {
            self.length = Some(details.length());
        }
        let iteration = event.map_iteration_started_event_details();
        let iteration = iteration.or(event.map_iteration_succeeded_event_details());
        let iteration = iteration.or(event.map_iteration_failed_event_details());
        let iteration = iteration.or(event.map_iteration_aborted_event_details());
        self.index = iteration.map(aws_sdk_sfn::types::MapIterationEventDetails::index);
    }

    fn read_begun(&mut self, event: &'a HistoryEvent) {
        if let Some(details) = event.execution_started_event_details() {
            self.is_given(details.input(), details.input_details());
            (self.alias, self.version) = (details.state_machine_alias_arn(), details.state_machine_version_arn());
        }
        if let Some(details) = event.execution_redriven_event_details() {
            self.redrives = details.redrive_count();
        }
        if let Some(details) = event.task_scheduled_event_details() {
            (self.service, self.resource) = (Some(details.resource_type()), Some(details.resource()));
            (self.region, self.parameters) = (Some(details.region()), Some(details.parameters()));
            (self.timeout, self.heartbeat) = (details.timeout_in_seconds(), details.heartbeat_in_seconds());
        }
        if let Some(details) = event.activity_scheduled_event_details() {
            self.resource = Some(details.resource());
            self.is_given(details.input(), details.input_details());
            (self.timeout, self.heartbeat) = (details.timeout_in_seconds(), details.heartbeat_in_seconds());
        }
        if let Some(details) = event.activity_started_event_details() {
            self.worker = details.worker_name();
        }
        if let Some(details) = event.lambda_function_scheduled_event_details() {
            self.resource = Some(details.resource());
            self.is_given(details.input(), details.input_details());
            self.timeout = details.timeout_in_seconds();
        }
    }

    fn is_given(&mut self, input: Option<&'a str>, details: Option<&HistoryEventExecutionDataDetails>) {
        self.input = input;
        self.input_is_truncated = details.is_some_and(HistoryEventExecutionDataDetails::truncated);
    }

    fn read_map_run(&mut self, event: &'a HistoryEvent) {
        if let Some(details) = event.map_run_started_event_details() {
            self.map_run = details.map_run_arn();
        }
        if let Some(details) = event.map_run_redriven_event_details() {
            (self.map_run, self.redrives) = (details.map_run_arn(), details.redrive_count());
        }
    }

    fn read_succeeded(&mut self, event: &'a HistoryEvent) {
        macro_rules! outputs_of {
            ($($details:ident),*) => {$(
                if let Some(details) = event.$details() {
                    self.output = details.output();
                    self.output_is_truncated =
                        details.output_details().is_some_and(HistoryEventExecutionDataDetails::truncated);
                }
            )*};
        }
        outputs_of!(
            activity_succeeded_event_details,
            execution_succeeded_event_details,
            lambda_function_succeeded_event_details,
            state_exited_event_details,
            task_submitted_event_details,
            task_succeeded_event_details
        );
    }

    fn read_failed(&mut self, event: &'a HistoryEvent) {
        macro_rules! errors_of {
            ($($details:ident),*) => {$(
                if let Some(details) = event.$details() {
                    (self.error, self.cause) = (details.error(), details.cause());
                }
            )*};
        }
        errors_of!(
            activity_failed_event_details,
            activity_schedule_failed_event_details,
            activity_timed_out_event_details,
            evaluation_failed_event_details,
            execution_aborted_event_details,
            execution_failed_event_details,
            execution_timed_out_event_details,
            lambda_function_failed_event_details,
            lambda_function_schedule_failed_event_details,
            lambda_function_start_failed_event_details,
            lambda_function_timed_out_event_details,
            map_run_failed_event_details,
            task_failed_event_details,
            task_start_failed_event_details,
            task_submit_failed_event_details,
            task_timed_out_event_details
        );
        self.location = event.evaluation_failed_event_details().and_then(|details| details.location());
    }

    /// Who does the work, as in `sqs:sendMessage.waitForTaskToken to orders`. Never what is sent.
    pub(crate) fn target(&self) -> Option<String> {
        let resource = redacted::text(self.resource?);
        let Some(service) = self.service else { return Some(names::short(&resource).to_owned()) };
        // First without tokens: what is left of one that is cut no longer looks like one.
        let to = self.parameters.map(redacted::text).and_then(|parameters| addressee(&parameters));
        Some(to.map_or_else(|| format!("{service}:{resource}"), |to| format!("{service}:{resource} to {to}")))
    }

    /// Whether a task waits for somebody who has its token.
    pub(crate) fn waits_for_token(&self) -> bool {
        self.resource.is_some_and(|resource| resource.ends_with(".waitForTaskToken"))
    }
}

/// Whom a call is for, in the parameters of the services that tasks call.
fn addressee(parameters: &str) -> Option<String> {
    const NAMES: [&str; 9] = [
        "QueueUrl",
        "TopicArn",
        "FunctionName",
        "StateMachineArn",
        "TaskDefinition",
        "JobDefinition",
        "TableName",
        "EventBusName",
        "ApiEndpoint",
    ];
    let parameters: serde_json::Value = serde_json::from_str(parameters).ok()?;
    let name = NAMES.iter().find_map(|name| parameters[name].as_str());
    name.or_else(|| parameters["Entries"][0]["EventBusName"].as_str()).map(|name| names::short(name).to_owned())
}

/// Whether an event is the last of its execution.
pub(crate) fn ends_execution(event: &HistoryEvent) -> bool {
    use Type::{ExecutionAborted, ExecutionFailed, ExecutionSucceeded, ExecutionTimedOut};
    matches!(event.r#type, ExecutionSucceeded | ExecutionFailed | ExecutionTimedOut | ExecutionAborted)
}
