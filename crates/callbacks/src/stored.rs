//! Callbacks as they are stored: what a table has to look into stands alone, the rest is one JSON document.

mod documents;
mod inbound;
#[cfg(test)]
mod tests;
mod urls;

use std::time::Duration;

use callback_bridge::TaskToken;
use jiff::Timestamp;

use crate::{Inbound, Request, State, Status, urls::Actions};

/// A state as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredState {
    /// What a write is conditioned on.
    pub version: u64,
    /// Kept out of the document, so that the write that settles removes it, and nothing else has to be read for that.
    pub token: Option<TaskToken>,
    /// What the index of what is due is ordered by.
    pub due_at: Option<Timestamp>,
    /// Everything else, as JSON with its own version in `v`. There is no token in it.
    pub document: String,
}

/// Why something stored is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// To guess at it would lose what this version does not know.
    #[error(
        "it was stored by a newer version of the bridge, in form {form}, while this one knows {}: deploy that version again",
        documents::FORM
    )]
    Newer {
        /// The form it is in.
        form: u64,
    },
    /// It was changed by somebody else, or is something else.
    #[error("it is not in the form that is stored: {0}")]
    Malformed(String),
}

impl Request {
    /// The document that is stored: JSON with its own version in `v`.
    #[must_use]
    pub fn to_stored(&self) -> String {
        documents::of_request(self)
    }

    /// Reads the document.
    ///
    /// # Errors
    /// When it is in another form; see [`Unreadable`].
    pub fn from_stored(document: &str) -> Result<Self, Unreadable> {
        documents::request(document)
    }
}

impl State {
    /// What is stored.
    #[must_use]
    pub fn to_stored(&self) -> StoredState {
        StoredState {
            version: self.version,
            token: self.token.clone(),
            due_at: self.due_at,
            document: documents::of_state(self),
        }
    }

    /// Reads what is stored.
    ///
    /// # Errors
    /// When the document is in another form; see [`Unreadable`].
    pub fn from_stored(stored: StoredState) -> Result<Self, Unreadable> {
        documents::state(stored)
    }

    /// When a callback may be forgotten: as long after it was settled as it is to be kept, and never before that.
    #[must_use]
    pub fn forgotten_at(&self, kept: Duration) -> Option<Timestamp> {
        match &self.status {
            Status::Pending | Status::Decided(_) => None,
            Status::Settled { at, .. } => at.checked_add(kept).ok(),
        }
    }
}

impl Inbound {
    /// The document that is stored: JSON with its own version in `v`.
    #[must_use]
    pub fn to_stored(&self) -> String {
        inbound::of(self)
    }

    /// Reads the document.
    ///
    /// # Errors
    /// When it is in another form; see [`Unreadable`].
    pub fn from_stored(document: &str) -> Result<Self, Unreadable> {
        inbound::inbound(document)
    }
}

impl Actions {
    /// The document that is stored: JSON with its own version in `v`.
    #[must_use]
    pub fn to_stored(&self) -> String {
        urls::of(self)
    }

    /// Reads the document.
    ///
    /// # Errors
    /// When it is in another form; see [`Unreadable`].
    pub fn from_stored(document: &str) -> Result<Self, Unreadable> {
        urls::actions(document)
    }
}

impl Status {
    /// `pending`, `decided` or `settled`, for people who look into the table.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Decided(_) => "decided",
            Self::Settled { .. } => "settled",
        }
    }
}

/// A time as a text that sorts as times do: all have nine digits behind the second.
#[must_use]
pub fn sortable(at: Timestamp) -> String {
    format!("{at:.9}")
}
