//! What a deployed stack wants run outside of the local AWS.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

use super::{Route, SessionCredentials};

/// A deployed stack, as `local_aws.deploy` describes it.
#[derive(Clone, Debug, Deserialize)]
pub struct StackDescription {
    /// Its name.
    pub stack: String,
    /// Its region.
    pub region: String,
    /// Its Lambda functions.
    pub functions: Vec<FunctionDescription>,
    /// Routes of its HTTP and REST APIs to functions.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// Its schedules, one per target.
    #[serde(default)]
    pub schedules: Vec<Schedule>,
    /// The template's outputs.
    pub outputs: BTreeMap<String, String>,
    /// From logical to physical ids; a queue's physical id is its URL.
    pub resources: BTreeMap<String, Option<String>>,
    /// Logical ids of what is replaced by other means than CloudFormation, such as event sources.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// Logical ids of what is missing, because moto does not know its type.
    #[serde(default)]
    pub not_created: Vec<String>,
}

/// A Lambda function of a stack.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FunctionDescription {
    /// Its logical id, such as `CheckCreditFunction`.
    pub id: String,
    /// Its name in AWS.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The ARN of its role.
    pub role: String,
    /// A session of its role.
    pub credentials: SessionCredentials,
    /// How long an invocation may take, in seconds.
    pub timeout: u64,
    /// Its memory in MB, which is only told to it, not enforced.
    pub memory: u32,
    /// Its handler, which means nothing to a binary.
    pub handler: Option<String>,
    /// Its variables, resolved.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Its reserved concurrency.
    pub reserved_concurrency: Option<usize>,
    /// How it logs.
    #[serde(default)]
    pub logging: LoggingConfig,
    /// What it gets its events from.
    #[serde(default)]
    pub event_sources: Vec<EventSourceMapping>,
}

impl FunctionDescription {
    /// Whether it is the same as before, whichever session of its role it has: every deployment begins new ones.
    pub(crate) fn is_as(&self, before: &Self) -> bool {
        *self == Self { credentials: self.credentials.clone(), ..before.clone() }
    }
}

/// A function's [logging configuration](https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LoggingConfig {
    /// TRACE, DEBUG, INFO, WARN, ERROR or FATAL; INFO when unset.
    #[serde(rename = "ApplicationLogLevel")]
    pub application_log_level: Option<String>,
}

/// An [event source mapping](https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EventSourceMapping {
    /// Its logical id.
    pub id: String,
    /// The name of the function.
    pub function: String,
    /// The ARN of the queue.
    pub source: String,
    /// Whether it delivers at all.
    pub enabled: bool,
    /// The most messages of one invocation.
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`: how long to gather a batch.
    pub window_seconds: u64,
    /// What the function's response means; `ReportBatchItemFailures` or nothing.
    pub function_response_types: Vec<String>,
    /// `ScalingConfig.MaximumConcurrency`.
    pub maximum_concurrency: Option<usize>,
    /// `FilterCriteria`: AWS deletes messages that match none of them.
    pub filters: Vec<serde_json::Value>,
}

impl EventSourceMapping {
    /// Whether the function reports which messages of a batch failed.
    #[must_use]
    pub fn reports_batch_item_failures(&self) -> bool {
        self.function_response_types.iter().any(|kind| kind == "ReportBatchItemFailures")
    }

    /// The name of the queue.
    #[must_use]
    pub fn queue(&self) -> &str {
        self.source.rsplit(':').next().unwrap_or(&self.source)
    }
}

/// A schedule and one of its targets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Schedule {
    /// Its logical id.
    pub id: String,
    /// The ARN of the rule, or of the schedule of EventBridge Scheduler.
    pub arn: String,
    /// Such as `rate(1 minute)`.
    pub expression: String,
    /// Whether it is on.
    pub enabled: bool,
    /// The ARN of the target.
    pub target: Option<String>,
    /// What the target gets as its event, instead of the schedule's own.
    pub input: Option<String>,
}

impl StackDescription {
    /// The value of an output.
    ///
    /// # Errors
    /// If the stack has none of this name; the message lists those it has.
    pub fn output(&self, name: &str) -> anyhow::Result<&str> {
        let value = self.outputs.get(name).map(String::as_str);
        value.with_context(|| format!("stack {} has no output {name}, only {:?}", self.stack, self.outputs.keys()))
    }

    /// The function with a logical id.
    ///
    /// # Errors
    /// If the stack has none.
    pub fn function(&self, logical_id: &str) -> anyhow::Result<&FunctionDescription> {
        let function = self.functions.iter().find(|function| function.id == logical_id);
        function.with_context(|| format!("stack {} has no function {logical_id}", self.stack))
    }

    /// The event source mappings of all functions.
    pub fn event_sources(&self) -> impl Iterator<Item = &EventSourceMapping> {
        self.functions.iter().flat_map(|function| &function.event_sources)
    }

    /// The physical id of a resource; a queue's is its URL.
    ///
    /// # Errors
    /// If the stack has no such resource.
    pub fn resource(&self, logical_id: &str) -> anyhow::Result<&str> {
        let physical = self.resources.get(logical_id).and_then(Option::as_deref);
        physical.with_context(|| format!("stack {} has no resource {logical_id}", self.stack))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_local_aws_prints_is_understood() {
        let text = include_str!("description.json");
        let stack: StackDescription = serde_json::from_str(text).unwrap();
        let worker = stack.function("Worker").unwrap();
        assert_eq!((worker.timeout, worker.memory, worker.reserved_concurrency), (20, 256, Some(5)));
        assert_eq!(worker.logging.application_log_level.as_deref(), Some("DEBUG"));
        let [source] = &worker.event_sources[..] else { panic!("{worker:?}") };
        assert!(source.enabled && source.reports_batch_item_failures());
        assert_eq!((source.batch_size, source.window_seconds, source.maximum_concurrency), (5, 1, Some(2)));
        assert_eq!(source.queue(), stack.resource("Orders").unwrap().rsplit('/').next().unwrap());
        assert_eq!(stack.output("QueueUrl").unwrap(), stack.resource("Orders").unwrap());
        assert_eq!(stack.routes[0].path, "/approvals/{id}");
        assert!(stack.schedules.iter().any(|schedule| schedule.expression == "rate(5 minutes)"));
        let error = stack.output("Nothing").unwrap_err().to_string();
        assert!(error.contains("QueueUrl"), "{error}");
    }
}
