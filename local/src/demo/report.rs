//! How the demo ended, for people and for machines.

use std::fmt;

use aws_sdk_sfn::types::ExecutionStatus;
use serde_json::{Value, json};

use super::Step;
use crate::Ended;

/// How the execution ended, and the steps to it. `Display` is for people, [`to_json`](Self::to_json) for machines.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The ARN of the execution.
    pub execution: String,
    /// How it ended.
    pub ended: Ended,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

impl Report {
    /// Whether the execution really succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.ended.status == ExecutionStatus::Succeeded
    }

    /// What became of the loan, `approved` or `rejected`, if it was decided.
    #[must_use]
    pub fn decision(&self) -> Option<&str> {
        self.ended.output.as_ref()?.get("decision")?.as_str()
    }

    /// What people answered.
    #[must_use]
    pub fn answers(&self) -> &[Value] {
        let answers = self.ended.output.as_ref().and_then(|output| output.pointer("/approval/answers")?.as_array());
        answers.map_or(&[], Vec::as_slice)
    }

    /// What the payment provider answered, if anything was paid.
    #[must_use]
    pub fn payment(&self) -> Option<&Value> {
        self.ended.output.as_ref()?.get("payment")
    }

    /// The report as JSON: `status`, `executionArn`, `decision` and `answers` of people, `payment`, `output` of a success, `error` and
    /// `cause` of a failure, and `steps` with the milliseconds since the start (`atMs`) and since the step before
    /// (`tookMs`). The link is not in it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let before = std::iter::once(0).chain(self.steps.iter().map(|step| step.at_ms));
        let steps = self.steps.iter().zip(before).map(|(step, before)| {
            json!({ "who": step.who, "what": step.what, "atMs": step.at_ms, "tookMs": step.at_ms - before })
        });
        json!({
            "status": self.ended.status.as_str(),
            "executionArn": self.execution,
            "decision": self.decision(),
            "answers": self.answers(),
            "payment": self.payment(),
            "output": self.ended.output,
            "error": self.ended.error,
            "cause": self.ended.cause,
            "steps": steps.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ended.status.as_str())?;
        if let Some(decision) = self.decision() {
            write!(f, "\ndecided {decision}")?;
        }
        if let Some(id) = self.payment().and_then(|payment| payment["paymentId"].as_str()) {
            write!(f, "\npaid    {id}")?;
        }
        if let Some(output) = &self.ended.output {
            write!(f, "\noutput  {output:#}")?;
        }
        if let Some(error) = &self.ended.error {
            write!(f, "\nerror   {error}")?;
        }
        if let Some(cause) = &self.ended.cause {
            write!(f, "\ncause   {cause}")?;
        }
        Ok(())
    }
}
