//! What is stored of a call.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Action, ErrorName, Expiration, Refused, TransactionId};

/// The actions of one call, and what holds for all of them. There is no token in it.
///
/// Switches, what an action says, and whether it has expired are looked at when one is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Actions {
    pub(super) transaction_id: TransactionId,
    #[serde(rename = "actions")]
    pub(super) all: Vec<Action>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expiration: Option<Expiration>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) output_parameters: bool,
}

impl Actions {
    /// The most actions of one call.
    pub const MOST: usize = 50;
    /// The most bytes that they have together, as JSON.
    pub const MOST_BYTES: usize = 262_144;

    /// The name of the call.
    #[must_use]
    pub const fn transaction_id(&self) -> TransactionId {
        self.transaction_id
    }

    /// When their URLs expire, if they do.
    #[must_use]
    pub const fn expiration(&self) -> Option<&Expiration> {
        self.expiration.as_ref()
    }

    /// Whether their URLs can be called now.
    ///
    /// # Errors
    /// [`ErrorName::ExpiredPayload`] when they have expired.
    pub fn in_time(&self, now: Timestamp) -> Result<(), Refused> {
        let expired =
            |expiration| Refused::new(ErrorName::ExpiredPayload, format!("the URL has expired: {expiration}"));
        self.expiration
            .filter(|expiration| expiration.is_over(now))
            .map_or(Ok(()), |expiration| Err(expired(expiration)))
    }

    /// Whether the queries of their URLs are filled into their texts.
    #[must_use]
    pub const fn output_parameters(&self) -> bool {
        self.output_parameters
    }

    /// All of them, in the order of the call.
    #[must_use]
    pub fn all(&self) -> &[Action] {
        &self.all
    }

    /// Whether one of them can end the task: what only beats says that somebody is at work.
    #[must_use]
    pub fn can_answer(&self) -> bool {
        self.all.iter().any(Action::can_answer)
    }

    /// The one at a place, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Action> {
        self.all.get(index)
    }

    /// The one with a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Action> {
        self.all.iter().find(|action| action.name() == name)
    }
}
