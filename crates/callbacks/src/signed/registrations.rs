//! Who is registered, by name: the text of a secret.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Webhook;

/// What is registered under each name.
pub type Registrations<T> = BTreeMap<String, T>;

/// Why nothing is registered. No error repeats what was read, but for the name under which it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The text is something else.
    #[error("the secret is no JSON object with an object under each name")]
    Malformed,
    /// A name is none.
    #[error("a name in the secret has something else than 1 to 64 letters, digits, \"-\" or \"_\"")]
    Name,
    /// What stands under a name has another form.
    #[error("what is registered as {name:?} cannot be used: {problem}")]
    Entry {
        /// The name.
        name: String,
        /// What is wrong with it; nothing of what was read.
        problem: String,
    },
}

impl RegistrationError {
    /// What is registered under this name cannot be used.
    #[must_use]
    pub fn of(name: &str, problem: impl ToString) -> Self {
        Self::Entry { name: name.to_owned(), problem: problem.to_string() }
    }
}

/// Reads the text of a secret, `{ "payment-provider": { .. } }`. What stands under a name is an object with the fields of `T`;
/// `fields` says which those are.
///
/// # Errors
/// When it has another form.
pub fn registrations<T: DeserializeOwned>(text: &str, fields: &str) -> Result<Registrations<T>, RegistrationError> {
    // The errors of the parser may repeat what they found.
    let all: BTreeMap<String, Value> = serde_json::from_str(text).map_err(|_| RegistrationError::Malformed)?;
    let entry = |(name, value): (String, Value)| {
        // Something that was put where a name belongs is not to be shown.
        if !Webhook::is_a_name(&name) || name.starts_with("whsec_") {
            return Err(RegistrationError::Name);
        }
        // A list would be read as the fields in their order.
        let entry = Some(value).filter(Value::is_object).and_then(|value| serde_json::from_value(value).ok());
        match entry {
            Some(entry) => Ok((name, entry)),
            None => Err(RegistrationError::of(&name, format!("it must have {fields}"))),
        }
    };
    all.into_iter().map(entry).collect()
}
