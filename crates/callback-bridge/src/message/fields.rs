//! What a message says besides the token and the input. A field of the right name and the wrong shape is refused: the
//! one who wrote it meant something by it.

use std::{fmt, time::Duration};

use serde_json::Value;

use crate::BusinessKey;

/// The longest `TimeoutSeconds` and `HeartbeatSeconds` of a state
/// ([Task state](https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html)).
const MOST_SECONDS: u64 = 99_999_999;

/// Where a task stands in its execution, from the state machine's
/// [context object](https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskContext {
    /// The ARN of the execution: `$$.Execution.Id`.
    pub execution: Option<String>,
    /// The name of the state: `$$.State.Name`.
    pub state: Option<String>,
    /// When the state was entered, ISO 8601: `$$.State.EnteredTime`.
    pub entered_at: Option<String>,
    /// How many times the state was retried before: `$$.State.RetryCount`.
    pub retry_count: Option<u64>,
    /// The index of the item within a Map state: `$$.Map.Item.Index`.
    pub map_index: Option<u64>,
}

/// A field of a message, or of the input of a task, that has the wrong shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    /// The path of the field, as in `context.retryCount`.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

impl InvalidField {
    /// Names the field at which reading `parent` failed.
    #[must_use]
    pub fn within(parent: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let path = match error.path().to_string().as_str() {
            "." => parent.to_owned(),
            below => format!("{parent}.{below}"),
        };
        Self { path, problem: error.inner().to_string() }
    }
}

/// A field that is there and not null.
fn given<'a>(fields: &'a Value, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}

pub(super) fn context(body: &Value) -> Result<TaskContext, InvalidField> {
    let context = given(body, "context").unwrap_or(&Value::Null);
    if !context.is_object() && !context.is_null() {
        return Err(invalid("context", "must be an object"));
    }
    let text = |name| match given(context, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(invalid(&format!("context.{name}"), "must be a text")),
    };
    let count = |name| match given(context, name) {
        None => Ok(None),
        Some(value) => whole_number(value)
            .map(Some)
            .ok_or_else(|| invalid(&format!("context.{name}"), "must be a whole number, 0 or more")),
    };
    Ok(TaskContext {
        execution: text("execution")?,
        state: text("state")?,
        entered_at: text("enteredAt")?,
        retry_count: count("retryCount")?,
        map_index: count("mapIndex")?,
    })
}

/// The execution of a message of which something else may be wrong.
pub(super) fn execution(body: &Value) -> Option<String> {
    body.get("context")?.get("execution")?.as_str().map(ToOwned::to_owned)
}

pub(super) fn seconds(body: &Value, name: &str) -> Result<Option<Duration>, InvalidField> {
    let Some(value) = given(body, name) else { return Ok(None) };
    match whole_number(value) {
        Some(seconds @ 1..=MOST_SECONDS) => Ok(Some(Duration::from_secs(seconds))),
        _ => Err(invalid(name, &format!("must be a whole number of seconds from 1 to {MOST_SECONDS}"))),
    }
}

pub(super) fn business_key(body: &Value) -> Result<Option<String>, InvalidField> {
    let Some(value) = given(body, "businessKey") else { return Ok(None) };
    match value.as_str() {
        Some(key) if (1..=BusinessKey::MAX_CHARS).contains(&key.chars().count()) => Ok(Some(key.to_owned())),
        _ => Err(invalid("businessKey", &format!("must be a text of 1 to {} characters", BusinessKey::MAX_CHARS))),
    }
}

/// Also one that was written as `300.0`, as expressions write it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only what is whole and in range is cast")]
fn whole_number(value: &Value) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    let whole = |number: &f64| number.fract() == 0.0 && (0.0..=EXACT).contains(number);
    value.as_u64().or_else(|| value.as_f64().filter(whole).map(|number| number as u64))
}

fn invalid(path: &str, problem: &str) -> InvalidField {
    InvalidField { path: path.to_owned(), problem: problem.to_owned() }
}
