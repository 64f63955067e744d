//! Which callbacks are wanted.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use crate::{Ask, Callback, Status, approval::same_person, desk::LEASE};

/// Which callbacks are wanted: those that have all of what is said here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What they wait for.
    pub kind: Option<Kind>,
    /// One who is asked: the address of an approver, or the name of a destination.
    pub asked: Option<String>,
    /// The ARN of the execution that waits.
    pub execution: Option<String>,
    /// The ARN of its state machine, or of a version or an alias of that.
    pub state_machine: Option<String>,
    /// Where their life stands.
    pub status: Option<Standing>,
    /// How long the task has waited at least.
    pub older_than: Option<Duration>,
    /// In how much time the question is closed at most. What is decided and not told is due, whenever that was to be.
    pub due_within: Option<Duration>,
}

/// What a callback waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// People.
    Approval,
    /// Another system that is called.
    Webhook,
    /// Whoever calls one of its URLs.
    Urls,
}

/// Where the life of a callback stands that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// It waits for an answer.
    Waiting,
    /// It is decided, and Step Functions has not taken that yet.
    Decided,
}

impl Filter {
    /// Whether this one is wanted.
    pub(super) fn takes(&self, Callback { request, state }: &Callback, now: Timestamp) -> bool {
        let waits = state.status == Status::Pending;
        let (kind, asked): (_, Vec<&str>) = match &request.ask {
            Ask::Approval(approval) => {
                (Kind::Approval, approval.approvers.iter().map(|approver| &*approver.address).collect())
            }
            Ask::Webhook(webhook) => (Kind::Webhook, vec![&webhook.destination]),
            Ask::Urls {} => (Kind::Urls, Vec::new()),
        };
        let execution = request.execution.as_deref();
        self.kind.is_none_or(|wanted| wanted == kind)
            && self.asked.as_deref().is_none_or(|who| asked.iter().any(|asked| same_person(asked, who)))
            && self.execution.as_deref().is_none_or(|wanted| execution == Some(wanted))
            && self.state_machine.as_deref().is_none_or(|wanted| execution.is_some_and(|arn| is_of(arn, wanted)))
            && self.status.is_none_or(|wanted| (wanted == Standing::Waiting) == waits)
            && self.older_than.is_none_or(|age| now.checked_sub(age).is_ok_and(|then| request.began_at <= then))
            && self.due_within.is_none_or(|time| !waits || is_within(state.deadline_at(request), time, now))
    }

    /// Whether none is wanted about which nothing is to be done before this time: the question is not closed before that. Who
    /// has claimed one puts it off for as long as that may take.
    pub(super) fn ends_before(&self, due_at: Timestamp, now: Timestamp) -> bool {
        let waiting = self.status == Some(Standing::Waiting);
        waiting && self.due_within.is_some_and(|time| !is_within(due_at, time.saturating_add(LEASE), now))
    }
}

fn is_within(at: Timestamp, time: Duration, now: Timestamp) -> bool {
    now.checked_add(time).is_ok_and(|end| at <= end)
}

/// Whether an execution is one of this state machine, or of the one of this version or alias. The executions of a Distributed Map
/// are named for their state machine, a slash, and their state.
fn is_of(execution: &str, state_machine: &str) -> bool {
    match (parts(execution), parts(state_machine)) {
        (Some((place, "execution", ran)), Some((of_machine, "stateMachine", wanted))) => {
            place == of_machine && ran == wanted
        }
        _ => false,
    }
}

/// In an ARN of Step Functions, where it is, what it is of, and the name of the state machine.
fn parts(arn: &str) -> Option<([&str; 5], &str, &str)> {
    let mut parts = arn.split(':');
    let place = [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let (kind, name) = (parts.next()?, parts.next()?);
    Some((place, kind, name.split_once('/').map_or(name, |(machine, _)| machine)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_is_one_of_its_state_machine_whichever_version_alias_or_map_ran_it() {
        let arn = |rest: &str| format!("arn:aws:states:us-east-1:210987654321:{rest}");
        for (execution, state_machine, is) in [
            ("execution:loans:42", "stateMachine:loans", true),
            ("execution:loans:42", "stateMachine:loans:PROD", true),
            ("execution:loans:42", "stateMachine:loans:7", true),
            ("execution:loans/Applicants:0b2c", "stateMachine:loans", true),
            ("execution:loans/Applicants:0b2c", "stateMachine:loans/Applicants", true),
            ("execution:loans:42", "stateMachine:loan", false),
            ("execution:loans:42", "execution:loans:42", false),
            ("execution:loans:42", "stateMachine", false),
        ] {
            assert_eq!(is_of(&arn(execution), &arn(state_machine)), is, "{execution} {state_machine}");
        }
        let elsewhere = "arn:aws:states:eu-west-1:210987654321:stateMachine:loans";
        assert!(!is_of(&arn("execution:loans:42"), elsewhere));
        assert!(!is_of("42", "42"));
    }
}
