//! The steps of an execution, in plain words, from what each part tells of itself.

use aws_sdk_sfn::types::{HistoryEvent, HistoryEventType as Type, StateEnteredEventDetails};

use crate::{Event, EventKind, bureau::Inquiry};

/// Something that happened, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds since the execution started.
    pub at_ms: i64,
    /// `execution`, `queue`, `function`, `bureau` or `token`.
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
