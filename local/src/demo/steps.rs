//! The steps of an execution, in plain words, from what each part tells of itself.

use aws_sdk_sfn::types::{HistoryEvent, HistoryEventType as Type, StateEnteredEventDetails};

use callbacks::{Choice, Decision, MachineAnswer, Outcome, PersonAnswer};

use crate::provider::{Dealing, Way};
use crate::{ApiReply, Call, CallEvent, Event, EventKind, bureau::Inquiry, people::Mail};

/// Something that happened, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds since the execution started.
    pub at_ms: i64,
    /// `execution`, `queue`, `function`, `bureau`, `provider`, `callback`, `mail`, `link`, `event`, `answer`, `decision` or
    /// `token`.
    pub who: &'static str,
    /// What happened.
    pub what: String,
}

/// Who, and what; nothing where a part tells of something that is no step.
pub(crate) type Told = Option<(&'static str, String)>;

/// What the history of the execution tells.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>
pub(crate) fn of_execution(event: &HistoryEvent) -> Told {
    let or_unknown = |error: Option<&str>| error.unwrap_or("an error without a name").to_owned();
    match event.r#type {
        Type::ExecutionStarted => Some(("execution", "started".to_owned())),
        // Not TaskSubmitted: the history notes that when the queue has replied, and somebody may have the message by then.
        Type::TaskScheduled => {
            Some(("queue", "gets the task; the execution waits for its token to be answered".to_owned()))
        }
        Type::TaskSucceeded => Some(("token", "answered by SendTaskSuccess".to_owned())),
        Type::TaskFailed => {
            let error = or_unknown(event.task_failed_event_details().and_then(|details| details.error()));
            Some(("token", format!("answered by SendTaskFailure: {error}")))
        }
        Type::TaskTimedOut => {
            let error = or_unknown(event.task_timed_out_event_details().and_then(|details| details.error()));
            Some(("token", format!("nobody answered in time: {error}")))
        }
        Type::ExecutionSucceeded => Some(("execution", "SUCCEEDED".to_owned())),
        Type::ExecutionFailed => Some(("execution", "FAILED".to_owned())),
        Type::ExecutionTimedOut => Some(("execution", "TIMED_OUT".to_owned())),
        Type::ExecutionAborted => Some(("execution", "ABORTED".to_owned())),
        _ => {
            let state = event.state_entered_event_details().map(StateEnteredEventDetails::name)?;
            Some(("execution", format!("entered \"{state}\"")))
        }
    }
}

/// Whether this is the last event of a history.
pub(crate) fn is_last(event: &HistoryEvent) -> bool {
    use Type::{ExecutionAborted, ExecutionFailed, ExecutionSucceeded, ExecutionTimedOut};
    matches!(event.r#type, ExecutionSucceeded | ExecutionFailed | ExecutionTimedOut | ExecutionAborted)
}

/// What the Lambda side tells.
pub(crate) fn of_function(event: &Event) -> Told {
    let label = &event.label;
    let text = match &event.what {
        EventKind::Delivered { message_ids, .. } => {
            let messages = message_ids.len();
            format!("{label} is handed {messages} message{}", if messages == 1 { "" } else { "s" })
        }
        EventKind::SandboxStarted { init, .. } => format!("{label} started cold in {} ms", init.as_millis()),
        EventKind::TimedOut { after, .. } => format!("{label} ran into its timeout of {} s", after.as_secs()),
        EventKind::Answered { error: Some(error), .. } => format!("{label} failed: {}", error.error_type),
        EventKind::Returned { message_ids, .. } => format!("{label} keeps {} for later", message_ids.len()),
        EventKind::NotInvoked { schedule, reason } => format!("{label} is not invoked by {schedule}: {reason}"),
        _ => return None,
    };
    Some(("function", text))
}

/// What the credit bureau tells.
pub(crate) fn of_bureau(inquiry: &Inquiry) -> (&'static str, String) {
    let applicant = &inquiry.applicant;
    let text = match inquiry.status {
        None => format!("is asked about {applicant}"),
        Some(status) => format!("answered with status {status}"),
    };
    ("bureau", text)
}

/// What the payment provider tells. What the bridge replies to it is told by the HTTP API.
pub(crate) fn of_provider(dealing: &Dealing) -> Told {
    let text = match dealing {
        Dealing::Refused { status, problem } => format!("refuses a call with status {status}: {problem}"),
        Dealing::Called(payment) => {
            let again = if payment.calls == 1 { "" } else { " again" };
            let (reference, amount, currency) = (&payment.reference, &payment.amount, &payment.currency);
            format!("is called{again}: {amount} {currency} to {}, for {reference}", payment.pay_to)
        }
        Dealing::Responded { payment_id, status: 202 } => format!("accepts the call with status 202: {payment_id}"),
        Dealing::Responded { payment_id, status } => format!("responds with status {status}: {payment_id}"),
        Dealing::Says { payment_id, way } => {
            let how = match way {
                Way::Heartbeat => "beats by its link: it is at work on",
                Way::Answer | Way::Success | Way::Failure => "answers by its link:",
                Way::Event => "sends a signed event:",
            };
            format!("{how} {payment_id}")
        }
        Dealing::Said { .. } => return None,
    };
    Some(("provider", text))
}

/// What calls of functions to AWS tell.
#[derive(Default)]
pub(super) struct Parking {
    /// Whether open-callback has answered a task since it parked one: the destination has answered in its response.
    answered: bool,
}

impl Parking {
    /// A task is parked by a transaction of open-callback, which writes another one only when it has answered the task, too.
    /// Heartbeats are passed on by receive-callback.
    pub(super) fn of_call(&mut self, call: &Call) -> Told {
        let is_of = |function: &str| call.caller.as_deref().is_some_and(|caller| caller.contains(function));
        if !matches!(call.what, CallEvent::Replied { status: 200, .. }) {
            return None;
        }
        match &*call.operation {
            "SendTaskSuccess" | "SendTaskFailure" if is_of("OpenCallback") => self.answered = true,
            "TransactWriteItems" if is_of("OpenCallback") && !std::mem::take(&mut self.answered) => {
                return Some(("callback", "is parked in the table; the execution waits for an answer".to_owned()));
            }
            "SendTaskHeartbeat" if is_of("ReceiveCallback") => {
                return Some(("token", "kept alive by SendTaskHeartbeat".to_owned()));
            }
            _ => {}
        }
        None
    }
}

/// What a mail tells; never the link in it.
pub(crate) fn of_mail(mail: &Mail) -> (&'static str, String) {
    ("mail", format!("is sent to {}: {}", mail.to.join(", "), mail.subject))
}

/// What a request to the HTTP API tells. What browsers ask every site for is no step.
pub(crate) fn of_reply(reply: &ApiReply) -> Told {
    let route = reply.route.as_ref()?;
    if route.contains("/webhooks/") {
        return Some(("event", format!("of another system is answered with status {}", reply.status)));
    }
    let text = match (reply.method.as_str(), reply.status) {
        (_, status) if route.ends_with("/{way}") => format!("of another system is answered with status {status}"),
        ("GET", 200) => "is opened, and its page is shown".to_owned(),
        ("POST", 200) => "has brought an answer; its page says that it is recorded".to_owned(),
        (method, status) => format!("is answered with status {status} ({method})"),
    };
    Some(("link", text))
}

/// What somebody answered.
pub(crate) fn of_answer(answer: &PersonAnswer) -> (&'static str, String) {
    let verb = match answer.choice {
        Choice::Approve => "approves",
        Choice::Reject => "rejects",
    };
    let comment = answer.comment.as_ref().map(|comment| format!(": \"{}\"", comment.replace(['\r', '\n'], " ")));
    ("answer", format!("{} {verb}{}", answer.by, comment.unwrap_or_default()))
}

/// What was decided.
pub(crate) fn of_decision(decision: &Decision) -> (&'static str, String) {
    let what = match &decision.outcome {
        Outcome::Approved => "approved",
        Outcome::Rejected => "rejected",
        Outcome::Answered { answer: MachineAnswer::Success { .. }, .. } => "the task has succeeded",
        Outcome::Answered { answer: MachineAnswer::Failure { .. }, .. } => "the task has failed",
        Outcome::Refused { .. } => "the call is refused",
        Outcome::Expired => "the time is over",
        Outcome::Withdrawn(_) => "withdrawn",
    };
    ("decision", format!("{what}; it is recorded first, and then told to Step Functions"))
}
