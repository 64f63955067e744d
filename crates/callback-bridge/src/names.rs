//! The error names by which the bridge fails a task or an invocation. A `Catch` or a `Retry` matches on them: they are API.

/// The message has a token, but another field of it has the wrong shape. Of an invocation: no task can be answered.
pub const INVALID_MESSAGE: &str = "Bridge.InvalidMessage";
/// The input is not what the worker takes.
pub const INVALID_INPUT: &str = "Bridge.InvalidInput";
/// The output is larger than Step Functions accepts.
pub const OUTPUT_TOO_LARGE: &str = "Bridge.OutputTooLarge";
/// The output has no form in JSON, or Step Functions refused it.
pub const INVALID_OUTPUT: &str = "Bridge.InvalidOutput";
/// The work was to be tried again, and this was the last delivery.
pub const RETRIES_EXHAUSTED: &str = "Bridge.RetriesExhausted";
/// Of an invocation with the message itself: its work is to be tried again. No queue delivers that message again, so the
/// state's Retry does.
pub const RETRY_LATER: &str = "Bridge.RetryLater";
/// The message ended in the dead-letter queue: the function died over it each time, or could not answer.
pub const DEAD_LETTERED: &str = "Bridge.DeadLettered";
/// The task of an activity could not be sent to the queue of its workers.
pub const NOT_FORWARDED: &str = "Bridge.NotForwarded";
/// People rejected what they were asked, and the message says that this fails the task.
pub const REJECTED: &str = "Bridge.Rejected";
/// Nobody decided in time.
pub const EXPIRED: &str = "Bridge.Expired";
/// Whoever asked has withdrawn the question.
pub const WITHDRAWN: &str = "Bridge.Withdrawn";
/// A destination that was called says that it failed, and names no error.
pub const WEBHOOK_FAILED: &str = "Bridge.WebhookFailed";
/// A destination will never take the call, or may not be called.
pub const WEBHOOK_REFUSED: &str = "Bridge.WebhookRefused";
/// A destination has not taken the call until the deadline.
pub const WEBHOOK_UNREACHABLE: &str = "Bridge.WebhookUnreachable";
