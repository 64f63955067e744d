//! The fields of an object, each read by its path.

use callback_bridge::InvalidField;
use serde_json::{Map, Value};

/// The longest name, in characters.
const MOST_NAME: usize = 80;

/// The fields of one object. A field that is null is there, and is no text.
pub(crate) struct Fields<'a> {
    /// The path of the object, as in `webhook.outcomes[1]`.
    pub(crate) path: String,
    pub(crate) fields: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(path: String, value: &'a Value) -> Result<Self, InvalidField> {
        match value {
            Value::Object(fields) => Ok(Self { path, fields }),
            _ => Err(invalid(&path, "must be an object")),
        }
    }

    /// The path of one of them.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(crate) fn invalid(&self, name: &str, problem: &str) -> InvalidField {
        invalid(&self.path_of(name), problem)
    }

    pub(crate) fn required<T>(
        &self,
        name: &str,
        read: fn(&Self, &str) -> Result<Option<T>, InvalidField>,
    ) -> Result<T, InvalidField> {
        read(self, name)?.ok_or_else(|| self.invalid(name, "is missing"))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is one of the ways to read a field")]
    pub(crate) fn get(&self, name: &str) -> Result<Option<&'a Value>, InvalidField> {
        Ok(self.fields.get(name))
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, InvalidField> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.invalid(name, "must be a text")),
        }
    }

    pub(crate) fn switch(&self, name: &str) -> Result<Option<bool>, InvalidField> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::Bool(switch)) => Ok(Some(*switch)),
            Some(_) => Err(self.invalid(name, "must be true or false")),
        }
    }

    /// Letters, digits and underscores of ASCII.
    pub(crate) fn name(&self, field: &str) -> Result<Option<String>, InvalidField> {
        let of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        match self.text(field)? {
            Some(name) if !(1..=MOST_NAME).contains(&name.chars().count()) || !name.chars().all(of_word) => {
                Err(self.invalid(field, &format!("must be 1 to {MOST_NAME} letters, digits and underscores")))
            }
            name => Ok(name),
        }
    }

    /// Whether there is no field but these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), InvalidField> {
        match self.fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(self.invalid(name, "is not known")),
            None => Ok(()),
        }
    }
}

pub(crate) fn invalid(field: &str, problem: &str) -> InvalidField {
    InvalidField { path: field.to_owned(), problem: problem.to_owned() }
}
