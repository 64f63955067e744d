//! What a machine is told: JSON.

use callback_bridge::Disposition;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Callback, CallbackId, Decision, FirstReply, MachineAnswer, NotTaken, Outcome, Status,
    pages::{Problem, Response},
};

/// What a machine is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    body: Value,
}

/// Where a task stands, for whoever was called about it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    callback_id: CallbackId,
    status: &'static str,
    deadline_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// Whether the execution that waited has got it: `pending`, `delivered`, `tooLate` or `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<&'static str>,
}

impl Reply {
    /// Where a task stands: after a GET, a heartbeat, or an answer that was taken, now or before.
    #[must_use]
    pub fn standing(callback: &Callback, now: Timestamp) -> Self {
        Self::ok(200, &Standing::of(callback, now))
    }

    /// An event came before its task was known: it is kept.
    #[must_use]
    pub fn kept() -> Self {
        Self::ok(
            202,
            &json!({ "status": "kept", "detail": "no task is known by this id yet; it is applied when one is" }),
        )
    }

    /// An event says nothing about a task.
    #[must_use]
    pub fn ignored(why: &str) -> Self {
        Self::ok(202, &json!({ "status": "ignored", "detail": why }))
    }

    /// Something is wrong, as RFC 9457 has it.
    #[must_use]
    pub fn problem(problem: Problem, detail: Option<&str>) -> Self {
        Self::of_problem(problem, detail, None)
    }

    /// An answer or a heartbeat was not taken: why, and where the task stands.
    #[must_use]
    pub fn not_taken(why: &NotTaken, callback: &Callback, now: Timestamp) -> Self {
        let problem = match why {
            NotTaken::Decided(decision) if decision.outcome == Outcome::Expired => Problem::Expired,
            NotTaken::Decided(decision) if matches!(decision.outcome, Outcome::Withdrawn(_)) => Problem::Withdrawn,
            why => Problem::from(why),
        };
        // Who was told that it is too late is not told otherwise by a clock that is slower.
        let now = if problem == Problem::Expired { now.max(callback.request.deadline_at) } else { now };
        Self::of_problem(problem, Some(&why.to_string()), Some(&Standing::of(callback, now)))
    }

    fn of_problem(problem: Problem, detail: Option<&str>, callback: Option<&Standing>) -> Self {
        let (title, text) = problem.texts();
        let mut body = json!({
            "type": problem.type_uri(),
            "title": title,
            "status": problem.status(),
            "detail": detail.unwrap_or(&text),
        });
        if let Some(callback) = callback {
            body["callback"] = json!(callback);
        }
        Self { status: problem.status(), body }
    }

    fn ok(status: u16, body: &impl Serialize) -> Self {
        Self { status, body: json!(body) }
    }

    /// The reply that something got when it came for the first time.
    #[must_use]
    pub fn again(first: FirstReply) -> Self {
        Self { status: first.status, body: serde_json::from_str(&first.body).unwrap_or_default() }
    }

    /// The reply to be kept for when the same comes again; nothing where trying again may help.
    #[must_use]
    pub fn to_keep(&self) -> Option<FirstReply> {
        (self.status < 500).then(|| FirstReply { status: self.status, body: self.body.to_string() })
    }

    /// The reply to a signed event: that its task is gone is 409, because a sender that is told 410 takes the whole address for
    /// gone, and sends nothing there any more
    /// ([Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)).
    #[must_use]
    pub fn to_event(mut self) -> Self {
        if self.status == 410 {
            self.status = 409;
            self.body["status"] = self.status.into();
        }
        self
    }

    /// What is sent.
    #[must_use]
    pub fn response(self) -> Response {
        Response::of_machine(self.status, self.body.to_string())
    }
}

impl Standing {
    fn of(callback: &Callback, now: Timestamp) -> Self {
        let Callback { request, state } = callback;
        let (status, delivery) = match &state.status {
            Status::Pending if now >= request.deadline_at => ("expired", None),
            Status::Pending => ("open", None),
            Status::Decided(decision) => (outcome(decision), Some("pending")),
            Status::Settled { decision: None, .. } => ("nobodyWaits", None),
            Status::Settled { decision: Some(decision), disposition, .. } => {
                (outcome(decision), Some(delivery(*disposition)))
            }
        };
        let decided_at = state.decision().map(|decision| decision.at);
        Self { callback_id: request.id, status, deadline_at: request.deadline_at, decided_at, delivery }
    }
}

const fn outcome(decision: &Decision) -> &'static str {
    match &decision.outcome {
        Outcome::Answered { answer: MachineAnswer::Success { .. }, .. } => "succeeded",
        Outcome::Answered { answer: MachineAnswer::Failure { .. }, .. } => "failed",
        Outcome::Refused { .. } => "refused",
        Outcome::Expired => "expired",
        Outcome::Withdrawn(_) => "withdrawn",
        Outcome::Approved => "approved",
        Outcome::Rejected => "rejected",
    }
}

const fn delivery(disposition: Disposition) -> &'static str {
    match disposition {
        // An unheard try of ours is what most likely has ended it.
        Disposition::Settled | Disposition::Unknown => "delivered",
        Disposition::Closed => "tooLate",
        Disposition::BadToken => "failed",
        // None of these settles a callback.
        Disposition::Retry | Disposition::Rejected | Disposition::Denied => "pending",
    }
}
