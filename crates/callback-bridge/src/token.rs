//! The task token: a bearer credential that no log may ever see.

use std::fmt;

use crate::AttemptId;

/// The opaque string that Step Functions mints for one attempt of one task (`$$.Task.Token`).
///
/// Whoever holds it can answer the task, so it is redacted by type: there is no `Display` and no `Serialize`, `Debug`
/// prints the start of its [`AttemptId`], and [`expose`](Self::expose) is the only way to the text.
///
/// ```
/// # use callback_bridge::TaskToken;
/// let token = TaskToken::new("AQCUAAAAKgAAAAMAAAAA")?;
/// assert_eq!(format!("{token:?}"), "TaskToken(51c2f7f4…)");
/// # Ok::<(), callback_bridge::TokenError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TaskToken(Box<str>);

impl TaskToken {
    /// The longest token that Step Functions accepts, in characters
    /// ([SendTaskSuccess](https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html)).
    pub const MAX_CHARS: usize = 2048;

    /// Takes a token as it was received.
    ///
    /// # Errors
    /// When it is empty or has more than [`MAX_CHARS`](Self::MAX_CHARS) characters: Step Functions refuses both.
    pub fn new(token: impl Into<Box<str>>) -> Result<Self, TokenError> {
        let token = token.into();
        match token.chars().count() {
            0 => Err(TokenError::Empty),
            chars if chars > Self::MAX_CHARS => Err(TokenError::TooLong { chars }),
            _ => Ok(Self(token)),
        }
    }

    /// The token itself, to be sent to Step Functions and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The name of the attempt that this token answers, fit for keys, logs and metrics.
    #[must_use]
    pub fn attempt_id(&self) -> AttemptId {
        AttemptId::of(self)
    }
}

impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskToken({}…)", &self.attempt_id().as_str()[..8])
    }
}

/// Why a text cannot be a task token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is nothing in it.
    #[error("the task token is empty")]
    Empty,
    /// Step Functions takes at most [`TaskToken::MAX_CHARS`] characters.
    #[error(
        "the task token has {chars} characters, more than the {} that Step Functions accepts",
        TaskToken::MAX_CHARS
    )]
    TooLong {
        /// How many characters it has.
        chars: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    static_assertions::assert_not_impl_any!(TaskToken: fmt::Display, serde::Serialize);

    #[test]
    fn one_to_2048_characters_are_a_token() {
        assert_eq!(TaskToken::new(""), Err(TokenError::Empty));
        assert!(TaskToken::new("t").is_ok());
        assert!(TaskToken::new("t".repeat(2048)).is_ok());
        assert_eq!(TaskToken::new("t".repeat(2049)), Err(TokenError::TooLong { chars: 2049 }));
    }

    #[test]
    fn debug_shows_no_part_of_it() {
        let token = TaskToken::new("AQCUAAAAKgAAAAMAAAAAsecret+/=").unwrap();
        let shown = format!("{token:?} {token:#?}");
        assert!(!shown.contains("AQCU") && !shown.contains("secret"), "{shown}");
    }
}
