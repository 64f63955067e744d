//! An execution as a whole.

use std::io::{self, Write};

use aws_sdk_sfn::{
    Client,
    operation::describe_execution::DescribeExecutionOutput,
    types::{ExecutionStatus, HistoryEventType as Type},
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Events, Facts, ends_execution};
use crate::{error::Error, names, redacted, times};

/// What is known of it, without tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) execution_arn: String,
    pub(crate) state_machine_arn: String,
    pub(crate) status: ExecutionStatus,
    started: Timestamp,
    stopped: Option<Timestamp>,
    input: Option<String>,
    output: Option<String>,
    error: Option<String>,
    cause: Option<String>,
}

impl Summary {
    /// Asks Step Functions.
    ///
    /// # Errors
    /// When it does not tell.
    pub(crate) async fn of(sfn: &Client, execution: &str) -> Result<Self, Error> {
        let described = sfn.describe_execution().execution_arn(execution).send().await;
        described.map(Self::from).map_err(|error| Error::of_call("DescribeExecution", &error))
    }

    /// What its history tells, which needs no further call, and is never behind the history.
    pub(crate) fn of_history(execution: &str, events: &Events) -> Self {
        let all = events.as_slice();
        let without_tokens = |text: Option<&str>| text.map(redacted::text);
        let last = all.last().filter(|event| ends_execution(event));
        let end = last.map(Facts::of).unwrap_or_default();
        let start = all.first().map(Facts::of).unwrap_or_default();
        Self {
            execution_arn: execution.to_owned(),
            state_machine_arn: names::machine_of(execution),
            status: last.map_or(ExecutionStatus::Running, |event| status(&event.r#type)),
            started: all.first().map(|event| times::of_aws(event.timestamp())).unwrap_or_default(),
            stopped: last.map(|event| times::of_aws(event.timestamp())),
            input: without_tokens(start.input),
            output: without_tokens(end.output),
            error: without_tokens(end.error),
            cause: without_tokens(end.cause),
        }
    }

    /// How it ended, or that it has not, and with what, for people.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut line = |name: &str, text: &str| writeln!(out, "{name:<10} {text}");
        line("execution", &self.execution_arn)?;
        let took =
            self.stopped.map(|stopped| format!(" after {}", times::duration(times::between(self.started, stopped))));
        line("status", &format!("{}{}", self.status.as_str(), took.unwrap_or_default()))?;
        line("started", &self.started.to_string())?;
        for (name, text) in self.texts() {
            line(name, text)?;
        }
        Ok(())
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut field = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
        field("executionArn", self.execution_arn.clone().into());
        field("stateMachineArn", self.state_machine_arn.clone().into());
        field("status", self.status.as_str().into());
        field("startDate", self.started.to_string().into());
        if let Some(stopped) = self.stopped {
            field("stopDate", stopped.to_string().into());
        }
        for (name, text) in self.texts() {
            let is_json = matches!(name, "input" | "output");
            let json = is_json.then(|| serde_json::from_str(text).ok()).flatten();
            field(name, json.unwrap_or_else(|| text.into()));
        }
        fields
    }

    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("input", &self.input), ("output", &self.output), ("error", &self.error), ("cause", &self.cause)];
        all.into_iter().filter_map(|(name, text)| text.as_deref().map(|text| (name, text)))
    }
}

fn status(last: &Type) -> ExecutionStatus {
    match last {
        Type::ExecutionSucceeded => ExecutionStatus::Succeeded,
        Type::ExecutionFailed => ExecutionStatus::Failed,
        Type::ExecutionTimedOut => ExecutionStatus::TimedOut,
        Type::ExecutionAborted => ExecutionStatus::Aborted,
        _ => ExecutionStatus::Running,
    }
}

impl From<DescribeExecutionOutput> for Summary {
    fn from(described: DescribeExecutionOutput) -> Self {
        let without_tokens = |text: Option<String>| text.map(|text| redacted::text(&text));
        Self {
            started: times::of_aws(&described.start_date),
            stopped: described.stop_date.as_ref().map(times::of_aws),
            execution_arn: described.execution_arn,
            state_machine_arn: described.state_machine_arn,
            status: described.status,
            input: without_tokens(described.input),
            output: without_tokens(described.output),
            error: without_tokens(described.error),
            cause: without_tokens(described.cause),
        }
    }
}
