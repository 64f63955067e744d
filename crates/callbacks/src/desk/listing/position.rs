//! How far a listing has come.

use std::{collections::BTreeMap, fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::ports::Due;

/// How far a listing has come: the last callback of each shard that was looked at. As a text it is opaque.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position(BTreeMap<u8, Due>);

/// A text that is no [`Position`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not what a page of a listing said about the next one")]
pub struct NotAPosition;

impl Position {
    /// Behind which one of a shard it is.
    pub(super) fn of(&self, shard: u8) -> Option<Due> {
        self.0.get(&shard).copied()
    }

    pub(super) fn moves_to(&mut self, due: Due) {
        self.0.insert(due.id.shard(), due);
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self.0.values().map(|due| format!("{} {}", due.at, due.id)).collect();
        f.write_str(&URL_SAFE_NO_PAD.encode(entries.join(",")))
    }
}

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAPosition)?;
        let text = String::from_utf8(bytes).map_err(|_| NotAPosition)?;
        let entry = |entry: &str| {
            let (at, id) = entry.split_once(' ')?;
            Some(Due { at: at.parse().ok()?, id: id.parse().ok()? })
        };
        let mut position = Self::default();
        for due in text.split(',').map(entry) {
            position.moves_to(due.ok_or(NotAPosition)?);
        }
        Ok(position)
    }
}
