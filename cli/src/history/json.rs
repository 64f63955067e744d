//! What programs read of an execution: JSON of its own, to the letter, beside fields of ours.

use std::{
    collections::{BTreeMap, HashMap},
    io::Write,
};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::{error::Error, redacted};

/// The fields of a document, by their names.
pub(crate) type Fields = BTreeMap<&'static str, Field>;

/// What a field says, without tokens.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Field {
    Text(String),
    Number(i64),
    Is(bool),
    /// As Step Functions tells it: a number has more digits than a machine can count with.
    Json(Box<RawValue>),
    Variables(BTreeMap<String, Field>),
}

impl Field {
    /// A text of the execution.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(redacted::text(text))
    }

    /// JSON of the execution; a text if it is none after all.
    pub(super) fn json(text: &str) -> Self {
        let text = redacted::text(text);
        serde_json::from_str(&text).map_or(Self::Text(text), Self::Json)
    }

    /// What a state has assigned to variables, each as JSON.
    pub(super) fn variables(variables: &HashMap<String, String>) -> Self {
        Self::Variables(variables.iter().map(|(name, json)| (redacted::text(name), Self::json(json))).collect())
    }
}

/// Writes the one document that a command prints.
pub(crate) fn write(document: &impl Serialize, out: &mut impl Write) -> Result<(), Error> {
    serde_json::to_writer_pretty(&mut *out, document).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
