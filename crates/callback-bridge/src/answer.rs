//! What Step Functions is told of a task, within the sizes that it accepts.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// The answer to one attempt of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// SendTaskSuccess.
    Success(TaskOutput),
    /// SendTaskFailure.
    Failure(TaskFailure),
}

impl Answer {
    /// The answer in one word, for logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Success(_) => "success",
            Self::Failure(_) => "failure",
        }
    }

    /// The error name of a failure.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Success(_) => None,
            Self::Failure(failure) => Some(failure.error()),
        }
    }
}

/// The output of a task: JSON text that Step Functions accepts. `Debug` prints its size only.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskOutput(String);

impl TaskOutput {
    /// The largest output, in bytes of UTF-8: three quarters of the 262,144 that Step Functions accepts.
    ///
    /// A state's `ResultPath` puts the output beside its input, and when both together are too large, the execution ends
    /// with `States.DataLimitExceeded`, which no `Catch` can catch
    /// ([quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)).
    pub const MAX_BYTES: usize = 196_608;

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// When it cannot be written as JSON, or its JSON is larger than [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn of(value: &impl Serialize) -> Result<Self, OutputError> {
        let json = serde_json::to_string(value)?;
        match json.len() {
            bytes if bytes > Self::MAX_BYTES => Err(OutputError::TooLarge { bytes }),
            _ => Ok(Self(json)),
        }
    }

    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TaskOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskOutput({} bytes)", self.0.len())
    }
}

/// Why a value cannot be the output of a task.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// It has more than [`TaskOutput::MAX_BYTES`].
    #[error(
        "the output has {bytes} bytes, more than the {} that an execution can safely carry: store it and answer with where it is",
        TaskOutput::MAX_BYTES
    )]
    TooLarge {
        /// The size of the output as JSON.
        bytes: usize,
    },
    /// It has no form in JSON (a map whose keys are no texts, say).
    #[error("the output cannot be written as JSON")]
    NotJson(#[from] serde_json::Error),
}

/// The failure of a task: a name that a `Catch` can match, and a cause that a person can act on.
///
/// The cause is sent as JSON, `{"message": ..}` and the details, so that a state machine can read it with
/// `States.StringToJson`, unless somebody else has written it ([`verbatim`](Self::verbatim)). `Debug` prints the name only.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskFailure {
    error: String,
    message: String,
    /// Nothing where the message is the whole cause.
    details: Option<Map<String, Value>>,
}

impl TaskFailure {
    /// The longest error name, in characters
    /// ([SendTaskFailure](https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html)).
    pub const MAX_ERROR_CHARS: usize = 256;
    /// The longest cause, in characters.
    pub const MAX_CAUSE_CHARS: usize = 32_768;

    /// A failure with the name that a `Catch` matches, as in `Credit.Declined`, and what happened. A name beyond
    /// [`MAX_ERROR_CHARS`](Self::MAX_ERROR_CHARS) is cut.
    #[must_use]
    pub fn new(error: &str, message: impl fmt::Display) -> Self {
        Self { error: cut(error, Self::MAX_ERROR_CHARS), message: message.to_string(), details: Some(Map::new()) }
    }

    /// A failure in the words of somebody else: with neither, Step Functions is told that the task has failed, and no more. What
    /// is too long is cut.
    #[must_use]
    pub fn verbatim(error: Option<&str>, cause: Option<&str>) -> Self {
        let error = cut(error.unwrap_or_default(), Self::MAX_ERROR_CHARS);
        Self { error, message: cut(cause.unwrap_or_default(), Self::MAX_CAUSE_CHARS), details: None }
    }

    /// Adds a field to the cause. `message` is taken and stays what it is, and so does a cause in the words of somebody else.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Some(details) = self.details.as_mut().filter(|_| name != "message") {
            details.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The error name; empty where there is none.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }

    /// The cause: a JSON object of at most [`MAX_CAUSE_CHARS`](Self::MAX_CAUSE_CHARS) characters. Where it would be
    /// longer, the end of the message goes first, then the largest details. Empty where there is none.
    #[must_use]
    pub fn cause(&self) -> String {
        let Some(mut details) = self.details.clone() else { return self.message.clone() };
        let mut keep = Self::MAX_CAUSE_CHARS;
        loop {
            let cause = cause(&cut(&self.message, keep), &details);
            if cause.chars().count() <= Self::MAX_CAUSE_CHARS {
                return cause;
            }
            let largest = details.iter().max_by_key(|(_, value)| value.to_string().len()).map(|(name, _)| name.clone());
            match largest.filter(|_| keep <= SHORT_MESSAGE_CHARS) {
                Some(name) => drop(details.remove(&name)),
                None => keep /= 2,
            }
        }
    }
}

/// A message is not cut below this while there are details that could go instead.
const SHORT_MESSAGE_CHARS: usize = 1_024;

impl fmt::Debug for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskFailure({})", self.error)
    }
}

fn cause(message: &str, details: &Map<String, Value>) -> String {
    let mut fields = Map::from_iter([("message".to_owned(), Value::from(message))]);
    fields.extend(details.clone());
    Value::Object(fields).to_string()
}

fn cut(text: &str, most_chars: usize) -> String {
    if text.chars().count() <= most_chars {
        return text.to_owned();
    }
    text.chars().take(most_chars.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_output_fills_the_limit_and_no_more() {
        let most = "x".repeat(TaskOutput::MAX_BYTES - 2); // and two quotes
        assert_eq!(TaskOutput::of(&most).unwrap().as_json().len(), TaskOutput::MAX_BYTES);
        let error = TaskOutput::of(&format!("{most}x")).unwrap_err();
        assert!(matches!(error, OutputError::TooLarge { bytes: 196_609 }), "{error}");
    }

    #[test]
    fn bytes_count_and_not_characters() {
        assert!(TaskOutput::of(&"é".repeat(TaskOutput::MAX_BYTES / 2)).is_err());
    }

    #[test]
    fn the_words_of_somebody_else_are_told_as_they_are() {
        let failure = TaskFailure::verbatim(Some("rejected"), Some("Alice rejected it")).with("callbackId", "c");
        assert_eq!((failure.error(), &*failure.cause()), ("rejected", "Alice rejected it"));
        let nothing = TaskFailure::verbatim(None, None);
        assert_eq!((nothing.error(), &*nothing.cause()), ("", ""));
        let long = TaskFailure::verbatim(Some(&"e".repeat(300)), Some(&"c".repeat(40_000)));
        assert_eq!((long.error().chars().count(), long.cause().chars().count()), (256, 32_768));
    }

    #[test]
    fn the_cause_is_an_object_with_the_message_and_the_details() {
        let failure = TaskFailure::new("Credit.Declined", "score too low").with("score", 512).with("message", "no");
        assert_eq!(failure.cause(), r#"{"message":"score too low","score":512}"#);
        assert_eq!(format!("{failure:?}"), "TaskFailure(Credit.Declined)");
    }

    #[test]
    fn a_long_message_is_cut_before_details_are_dropped() {
        let long = TaskFailure::new("E", "x".repeat(100_000)).with("attempt", "ab12").with("dump", "y".repeat(100_000));
        let cause: Value = serde_json::from_str(&long.cause()).unwrap();
        assert_eq!((&cause["attempt"], cause.get("dump")), (&Value::from("ab12"), None));
        assert!(cause["message"].as_str().unwrap().ends_with('…'));
    }

    proptest! {
        #[test]
        fn whatever_a_failure_says_it_fits_and_is_json(
            error in "\\PC{0,300}", message in "(\\PC|[\u{0}-\u{1f}\"\\\\]){0,40}", times in 1_usize..2000, detail in "\\PC{0,100}",
        ) {
            let failure = TaskFailure::new(&error, message.repeat(times)).with("detail", detail);
            prop_assert!(failure.error().chars().count() <= TaskFailure::MAX_ERROR_CHARS);
            let cause = failure.cause();
            prop_assert!(cause.chars().count() <= TaskFailure::MAX_CAUSE_CHARS);
            prop_assert!(serde_json::from_str::<Value>(&cause).unwrap()["message"].is_string());
        }
    }
}
