//! The task message: what a queue delivers to a worker, in every form that people really send.

mod envelope;
mod fields;
mod names;
mod place;
#[cfg(test)]
mod properties;
mod redact;

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use serde_json::Value;

pub use fields::{InvalidField, TaskContext};
use place::Place;
use redact::remove_token;

use crate::{AttemptId, BusinessKey, TaskToken, TokenError};

/// A task that waits, as a message told of it.
///
/// Only the token is needed; what else a message may say is in `docs/messages.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskMessage {
    /// What answers the task.
    pub token: TaskToken,
    /// The body, out of its envelopes. The token is nowhere in it.
    pub body: Value,
    /// Where the task stands in its execution, as far as the message says.
    pub context: TaskContext,
    /// The state's `HeartbeatSeconds`, when the message repeats it.
    pub heartbeat: Option<Duration>,
    /// The state's `TimeoutSeconds`, when the message repeats it.
    pub timeout: Option<Duration>,
    /// What the work is deduplicated by.
    pub business_key: BusinessKey,
}

impl TaskMessage {
    /// Understands one SQS message; `token_pointer` is a [JSON Pointer](https://www.rfc-editor.org/rfc/rfc6901) to the
    /// token in the body, for messages that keep it in a place of their own.
    ///
    /// # Errors
    /// [`Unanswerable`](MessageError::Unanswerable) when it holds no token, so that no task can be told;
    /// [`Invalid`](MessageError::Invalid) when it holds one, but another field has the wrong shape.
    pub fn read(message: &SqsMessage, token_pointer: Option<&str>) -> Result<Self, MessageError> {
        let opened = envelope::open(message);
        let token = Place::find(&opened, token_pointer)?;
        let attempt = token.attempt_id();
        // With its token in an attribute, the body may be any text.
        let mut body = opened.body.unwrap_or(Value::String(opened.text));
        remove_token(&mut body, &token);
        let execution = fields::execution(&body);
        match Self::assemble(token.clone(), &attempt, body) {
            Ok(message) => Ok(message),
            Err(field) => Err(MessageError::Invalid { token, execution, field }),
        }
    }

    fn assemble(token: TaskToken, attempt: &AttemptId, body: Value) -> Result<Self, InvalidField> {
        let context = fields::context(&body)?;
        let given_key = fields::business_key(&body)?;
        Ok(Self {
            heartbeat: fields::seconds(&body, "heartbeatSeconds")?,
            timeout: fields::seconds(&body, "timeoutSeconds")?,
            business_key: BusinessKey::derive(given_key, &context, attempt),
            token,
            body,
            context,
        })
    }

    /// What the worker gets: `input`, else `Input`, else `Payload`, else the whole body.
    #[must_use]
    pub fn into_input(self) -> Value {
        input_of(self.body)
    }
}

pub(crate) fn input_of(mut body: Value) -> Value {
    ["input", "Input", "Payload"].iter().find_map(|name| body.get_mut(*name).map(Value::take)).unwrap_or(body)
}

/// Why a message is no task for a worker.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// There is no token in it, so no task can be told.
    #[error(transparent)]
    Unanswerable(#[from] Unanswerable),
    /// There is a token, so the task can be failed with what is wrong.
    #[error("the message is invalid: {field}")]
    Invalid {
        /// The token of the task.
        token: TaskToken,
        /// The ARN of the execution that waits, if that can be read.
        execution: Option<String>,
        /// What is wrong, and where.
        field: InvalidField,
    },
}

/// Why a message does not say which task it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    /// The body is not JSON and no message attribute holds a token.
    #[error("the message body is not JSON (line {line}, column {column}) and no message attribute holds a task token")]
    NotJson {
        /// The line of the body, from 1.
        line: usize,
        /// The column of that line, from 1.
        column: usize,
    },
    /// No token in any of the places where one is looked for.
    #[error(
        "the message holds no task token: none in a message attribute, none at the top of the body ({}), none one level \
         below in {}",
        names::NAMES.join(", "),
        names::PARENTS.join(", ")
    )]
    NoToken,
    /// Two places of the same rank hold different tokens; taking either would be a guess.
    #[error("the message holds two different task tokens, in {first} and in {second}")]
    TwoTokens {
        /// The place of one.
        first: String,
        /// The place of the other.
        second: String,
    },
    /// What stands in the token's place cannot be a token.
    #[error("{place} of the message: {problem}")]
    BadToken {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        problem: TokenError,
    },
}
