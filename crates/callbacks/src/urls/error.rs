//! Why a call is refused, by the names of the contract.

use callback_bridge::InvalidField;
use strum::{IntoStaticStr, VariantNames};

use crate::{Decision, NotTaken, Outcome};

/// What is wrong, as callers of sfn-callback-urls know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantNames)]
pub enum ErrorName {
    /// A body is no JSON, or has another shape than documented.
    #[strum(serialize = "InvalidJSON")]
    InvalidJson,
    /// Two actions have one name.
    DuplicateActionName,
    /// An action has the shape of one, and cannot be done: Step Functions does not take what it says, say.
    InvalidAction,
    /// The expiration is no date, or past.
    InvalidDate,
    /// Output parameters are switched off.
    ParametersDisabled,
    /// Post actions are switched off.
    PostActionsDisabled,
    /// The schema of an outcome cannot be used.
    InvalidPostActionOutcome,
    /// A path of an outcome cannot be used.
    InvalidJsonPath,
    /// The URL says another name or type than the action has.
    ActionMismatched,
    /// The expiration is over.
    ExpiredPayload,
    /// What is to be filled in is missing, or what comes of it cannot be used.
    OutputFormatting,
    /// The body of a post action fits no outcome, or nothing follows of it.
    InvalidPostActionBody,
    /// The body of a post action is announced as something else than JSON; it has the name of the one before.
    #[strum(serialize = "InvalidPostActionBody")]
    PostActionBodyNotJson,
    /// A post action was asked for by another method than POST.
    PostActionNotPosted,
    /// The URL leads nowhere; the same for every wrong one.
    InvalidPayload,
    /// A URL is opened or called, and nothing else.
    MethodNotAllowed,
    /// The body is too large.
    PayloadTooLarge,
    /// The task waits for something else than URLs.
    TokenInUse,
    /// Step Functions has refused.
    StepFunctionsError,
    /// Something went wrong here.
    ServiceError,
}

impl ErrorName {
    /// All names. One of them is there twice.
    pub const NAMES: &[&str] = Self::VARIANTS;

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidPayload => 404,
            Self::MethodNotAllowed | Self::PostActionNotPosted => 405,
            Self::PayloadTooLarge => 413,
            Self::PostActionBodyNotJson => 415,
            Self::ServiceError => 500,
            Self::InvalidJson
            | Self::DuplicateActionName
            | Self::InvalidAction
            | Self::InvalidDate
            | Self::ParametersDisabled
            | Self::PostActionsDisabled
            | Self::InvalidPostActionOutcome
            | Self::InvalidJsonPath
            | Self::ActionMismatched
            | Self::ExpiredPayload
            | Self::OutputFormatting
            | Self::InvalidPostActionBody
            | Self::TokenInUse
            | Self::StepFunctionsError => 400,
        }
    }

    /// What `Allow` says, which goes with 405.
    #[must_use]
    pub const fn allow(self) -> Option<&'static str> {
        match self {
            Self::MethodNotAllowed => Some("GET, HEAD, POST"),
            Self::PostActionNotPosted => Some("POST"),
            _ => None,
        }
    }
}

/// A call that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// Why, by its name.
    pub error: ErrorName,
    /// Why, in words for whoever has sent it: it names fields, and never repeats a token.
    pub message: String,
}

impl Refused {
    /// A call that is refused.
    #[must_use]
    pub fn new(error: ErrorName, message: impl Into<String>) -> Self {
        Self { error, message: message.into() }
    }
}

/// An answer that was not taken.
impl From<&NotTaken> for Refused {
    fn from(why: &NotTaken) -> Self {
        let expired = |decision: &Decision| decision.outcome == Outcome::Expired;
        match why {
            NotTaken::TooLate => Self::new(ErrorName::ExpiredPayload, "the URL has expired"),
            NotTaken::Decided(decision) if expired(decision) => {
                Self::new(ErrorName::ExpiredPayload, "all URLs of the task have expired")
            }
            why => Self::new(ErrorName::StepFunctionsError, format!("TaskTimedOut: {why}")),
        }
    }
}

/// A field with another shape than documented.
impl From<InvalidField> for Refused {
    fn from(field: InvalidField) -> Self {
        let message = if field.path.is_empty() { field.problem } else { field.to_string() };
        Self::new(ErrorName::InvalidJson, message)
    }
}
