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

pub(super) fn of(actions: &Actions) -> String {
    written(&ActionsDocument { v: OF_URLS, actions: actions.clone() })
}

pub(super) fn actions(document: &str) -> Result<Actions, Unreadable> {
    read::<ActionsDocument>(document).map(|document| document.actions)
}
