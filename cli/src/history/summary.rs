//! An execution as a whole.

use std::io::{self, Write};

use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType as Type};
use jiff::Timestamp;

use super::{
    Events, Facts, ends_execution,
    json::{Field, Fields},
};
use crate::{names, redacted, terminal, times};

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
        let mut line = |name: &str, text: &str| writeln!(out, "{name:<10} {}", terminal::printable(text));
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
    pub(crate) fn to_json(&self) -> Fields {
        let mut fields = Fields::from([
            ("executionArn", Field::text(&self.execution_arn)),
            ("stateMachineArn", Field::text(&self.state_machine_arn)),
            ("status", Field::text(self.status.as_str())),
            ("startDate", Field::Text(self.started.to_string())),
        ]);
        fields.extend(self.stopped.map(|stopped| ("stopDate", Field::Text(stopped.to_string()))));
        fields.extend(self.texts().map(|(name, text)| match name {
            "input" | "output" => (name, Field::json(text)),
            _ => (name, Field::text(text)),
        }));
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
