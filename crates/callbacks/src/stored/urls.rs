//! What URLs mean, as it is stored.

use serde::{Deserialize, Serialize};

use super::{
    Unreadable,
    documents::{OF_URLS, read, written},
};
use crate::urls::Actions;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionsDocument {
    v: u64,
    actions: Actions,
}

/// The document that is stored of the actions of one call: JSON with its own version in `v`.
#[must_use]
pub fn of_actions(actions: &Actions) -> String {
    written(&ActionsDocument { v: OF_URLS, actions: actions.clone() })
}

/// Reads the document.
///
/// # Errors
/// When it is in another form; see [`Unreadable`].
pub fn actions(document: &str) -> Result<Actions, Unreadable> {
    read::<ActionsDocument>(document).map(|document| document.actions)
}
