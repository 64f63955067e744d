//! What is parked: a question, and the task that waits for its answer.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callback_bridge::{AttemptId, InvalidField, TaskContext};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Approval, Ask, CallbackId, Webhook};

/// How long a question is open, unless it says so itself.
const OPEN: Duration = Duration::from_hours(7 * 24);
/// How long before the state's own timeout a question has to be decided, so that the decision arrives before it.
const RESERVE: Duration = Duration::from_mins(3);
/// The shortest heartbeat of a parked task: the sweep comes every minute, so that one beat may be lost.
const SHORTEST_HEARTBEAT: Duration = Duration::from_mins(3);

/// A parked task, as it was asked for. Nothing of it ever changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// How the callback is named.
    pub id: CallbackId,
    /// The attempt of the task that waits.
    pub attempt: AttemptId,
    /// What it waits for.
    #[serde(flatten)]
    pub ask: Ask,
    /// The execution that waits, if the message says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// The state that waits, if the message says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When the task began to wait.
    pub began_at: Timestamp,
    /// When the question is closed, unless it is [earlier](crate::State::deadline_at).
    pub deadline_at: Timestamp,
    /// The state's `HeartbeatSeconds`, if it has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Duration>,
}

/// The task that waits for an answer, as its message tells.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its attempt.
    pub attempt: AttemptId,
    /// Where it stands in its execution.
    pub context: TaskContext,
    /// When its message was sent.
    pub sent_at: Timestamp,
    /// The state's `HeartbeatSeconds`.
    pub heartbeat: Option<Duration>,
    /// The state's `TimeoutSeconds`.
    pub timeout: Option<Duration>,
}

impl Request {
    /// Parks a task until what it asks is answered.
    ///
    /// # Errors
    /// When the times of the task and those of what is asked do not fit; the error names the field.
    pub fn new(waiting: Waiting, ask: Ask) -> Result<Self, InvalidField> {
        let Waiting { attempt, context, sent_at, heartbeat, timeout } = waiting;
        // A state that is retried was entered once, but its timeout starts again.
        let entered_at = context.entered_at.as_deref().filter(|_| context.retry_count.unwrap_or(0) == 0);
        let began_at: Timestamp = entered_at.and_then(|at| at.parse().ok()).unwrap_or(sent_at);
        let open = open_for(&ask, timeout)?;
        if heartbeat.is_some_and(|heartbeat| heartbeat < SHORTEST_HEARTBEAT) {
            return Err(invalid(
                "heartbeatSeconds",
                "must be at least 180 for a task that the bridge beats for, or left out",
            ));
        }
        let out_of_reach = |_| invalid(&format!("{}.deadline", ask.name()), "is out of reach");
        let deadline_at = began_at.checked_add(open).map_err(out_of_reach)?;
        Ok(Self {
            id: CallbackId::of(&attempt),
            attempt,
            ask,
            execution: context.execution,
            state: context.state,
            began_at,
            deadline_at,
            heartbeat,
        })
    }

    /// What people are asked, if they are.
    #[must_use]
    pub const fn approval(&self) -> Option<&Approval> {
        match &self.ask {
            Ask::Approval(approval) => Some(approval),
            Ask::Webhook(_) | Ask::Urls {} => None,
        }
    }

    /// What another system is asked, if it is.
    #[must_use]
    pub const fn webhook(&self) -> Option<&Webhook> {
        match &self.ask {
            Ask::Approval(_) | Ask::Urls {} => None,
            Ask::Webhook(webhook) => Some(webhook),
        }
    }

    /// SHA-256 of the request, in URL-safe Base64: an answer repeats it, so that nobody answers another question than
    /// the one they were shown.
    #[must_use]
    pub fn digest(&self) -> String {
        // A structure of texts and numbers has a form in JSON.
        let written = serde_json::to_vec(self).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(Sha256::digest(written))
    }

    /// When those who have not answered are reminded the next time.
    pub(crate) fn reminder_after(&self, now: Timestamp) -> Option<Timestamp> {
        let reminders = self.approval()?.reminders.iter();
        let mut times = reminders.filter_map(|after| self.began_at.checked_add(*after).ok());
        times.find(|at| *at > now && *at < self.deadline_at)
    }
}

/// How long the question is open, within the state's own timeout.
fn open_for(ask: &Ask, timeout: Option<Duration>) -> Result<Duration, InvalidField> {
    let most = timeout.map(|timeout| timeout.checked_sub(RESERVE).unwrap_or_default());
    match (ask.deadline(), most) {
        (_, Some(Duration::ZERO)) => {
            Err(invalid("timeoutSeconds", "must be above 180 for a task that waits for an answer from outside"))
        }
        (Some(open), Some(most)) if open > most => Err(invalid(
            &format!("{}.deadline.afterSeconds", ask.name()),
            &format!("must be at most {}, three minutes before timeoutSeconds", most.as_secs()),
        )),
        (Some(open), _) => Ok(open),
        (None, most) => Ok(most.unwrap_or(OPEN).min(OPEN)),
    }
}

fn invalid(path: &str, problem: &str) -> InvalidField {
    InvalidField { path: path.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use callback_bridge::TaskToken;
    use serde_json::json;

    use super::*;

    fn request(deadline: Option<u64>, timeout: Option<u64>, heartbeat: Option<u64>) -> Result<Request, InvalidField> {
        let mut approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
        if let Some(after) = deadline {
            approval["deadline"] = json!({ "afterSeconds": after });
        }
        let waiting = Waiting {
            attempt: TaskToken::new("t").unwrap().attempt_id(),
            context: TaskContext::default(),
            sent_at: "2026-11-22T10:00:00Z".parse().unwrap(),
            heartbeat: heartbeat.map(Duration::from_secs),
            timeout: timeout.map(Duration::from_secs),
        };
        Request::new(waiting, Ask::Approval(Approval::read(approval).unwrap()))
    }

    fn open_seconds(deadline: Option<u64>, timeout: Option<u64>) -> i64 {
        let request = request(deadline, timeout, None).unwrap();
        request.deadline_at.as_second() - request.began_at.as_second()
    }

    #[test]
    fn a_question_is_open_for_a_week_or_as_long_as_it_says_within_the_timeout() {
        assert_eq!(open_seconds(None, None), 7 * 24 * 3600);
        assert_eq!(open_seconds(Some(60), None), 60);
        assert_eq!(open_seconds(None, Some(3600)), 3420);
        assert_eq!(open_seconds(Some(3420), Some(3600)), 3420);
    }

    #[test]
    fn times_that_do_not_fit_are_refused_by_the_name_of_their_field() {
        for (refused, field) in [
            (request(Some(3421), Some(3600), None), "approval.deadline.afterSeconds"),
            (request(None, Some(180), None), "timeoutSeconds"),
            (request(None, None, Some(179)), "heartbeatSeconds"),
            (request(Some(u64::MAX), None, None), "approval.deadline"),
        ] {
            assert_eq!(refused.unwrap_err().path, field);
        }
    }

    /// The time of a state that is retried begins with each try, and `$$.State.EnteredTime` with the first.
    #[test]
    fn the_question_of_a_retry_is_open_as_long_as_the_first() {
        let sent_at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let began_at = |retry_count| {
            let entered_at = Some("2026-11-15T10:00:00Z".to_owned());
            let waiting = Waiting {
                attempt: TaskToken::new("t").unwrap().attempt_id(),
                context: TaskContext { entered_at, retry_count, ..TaskContext::default() },
                sent_at,
                heartbeat: None,
                timeout: None,
            };
            let approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
            Request::new(waiting, Ask::Approval(Approval::read(approval).unwrap())).unwrap().began_at
        };
        assert_eq!(began_at(Some(1)), sent_at);
        assert!(began_at(Some(0)) < sent_at && began_at(None) < sent_at);
    }

    #[test]
    fn the_digest_is_of_what_was_asked() {
        let (one, other) = (request(Some(60), None, None).unwrap(), request(Some(61), None, None).unwrap());
        assert_eq!(one.digest(), one.clone().digest());
        assert_ne!(one.digest(), other.digest());
        let stored: Request = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(stored.digest(), one.digest());
    }
}
