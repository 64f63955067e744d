#![doc = include_str!("README.md")]

mod fields;
mod path;
mod post_action;
mod read;
mod schema;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use callback_bridge::{InvalidField, TaskOutput};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

pub(crate) use self::fields::{Fields, invalid};

use self::{
    path::{Path, TooMuch},
    schema::Schema,
};

/// What bodies mean: 1 to 20 outcomes, of which the first that a body fits is taken.
///
/// It is serialized as it was written by whoever asked, and checked again when it is deserialized.
#[derive(Clone)]
pub struct Outcomes {
    written: Value,
    outcomes: Arc<[Outcome]>,
}

/// One of the [`Outcomes`].
pub struct Outcome {
    name: String,
    schema: Schema,
    effect: Effect,
}

enum Effect<P = Path> {
    Success(Output<P>),
    Failure { error: Option<Text<P>>, cause: Option<Text<P>> },
    Heartbeat,
}

enum Output<P = Path> {
    Fixed(Value),
    Body,
    Path(P),
}

enum Text<P = Path> {
    Fixed(String),
    Path(P),
}

/// Why a list of outcomes cannot be used. Each names the field, as in `webhook.outcomes[1].output_path`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The list has another shape than documented, or is too large.
    #[error("{0}")]
    Shape(InvalidField),
    /// A schema is no JSON Schema, or one that outcomes do not take.
    #[error("{0}")]
    Schema(InvalidField),
    /// A path is no path of RFC 9535, or one that outcomes do not take.
    #[error("{0}")]
    Path(InvalidField),
}

impl From<Unusable> for InvalidField {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Shape(field) | Unusable::Schema(field) | Unusable::Path(field) => field,
        }
    }
}

/// What a body means for the task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The task succeeds.
    Success {
        /// With this.
        output: Value,
    },
    /// The task fails. Neither text is cut to what Step Functions takes.
    Failure {
        /// The name that a `Catch` matches; none where the outcome names none, or its path finds nothing.
        error: Option<String>,
        /// The cause; none where the outcome has none, or its path finds nothing.
        cause: Option<String>,
    },
    /// The task goes on.
    Heartbeat,
}

/// Why a body that fits an outcome has no meaning nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMapped {
    /// A path finds more than an output can carry: as JSON, more than [`TaskOutput::MAX_BYTES`].
    #[error("what `{field}` of the outcome `{outcome}` finds ({path}) has more than {} bytes", TaskOutput::MAX_BYTES)]
    TooLarge {
        /// The name of the outcome.
        outcome: String,
        /// The field with the path, as in `output_path`.
        field: &'static str,
        /// The path.
        path: String,
    },
}

impl Outcomes {
    /// Reads and checks the list of outcomes that is in the field of this path, as in `webhook.outcomes`.
    ///
    /// # Errors
    /// When it has another shape than documented, an unknown field, a schema or a path that cannot be used, or is too
    /// large; the error names the field, as in `webhook.outcomes[1].output_path`.
    pub fn read(path_of_field: &str, value: Value) -> Result<Self, InvalidField> {
        Ok(Self::checked(path_of_field, value)?)
    }

    /// Reads the outcomes of a `post` action as sfn-callback-urls does: fields that are unknown, or of another type, are passed
    /// over, `response` too, and a path need not begin with `$`.
    ///
    /// # Errors
    /// As [`read`](Self::read) has them, told apart.
    pub fn read_post_action(path_of_field: &str, mut value: Value) -> Result<Self, Unusable> {
        post_action::write_strictly(&mut value);
        Self::checked(path_of_field, value)
    }

    /// Whether outcomes of a `post` action have the shape of some, as [`read_post_action`](Self::read_post_action) looks at it
    /// first.
    pub(crate) fn check_post_action(path_of_field: &str, value: &Value) -> Result<(), InvalidField> {
        let mut value = value.clone();
        post_action::write_strictly(&mut value);
        read::shapes(path_of_field, &value).map(drop)
    }

    fn checked(path_of_field: &str, value: Value) -> Result<Self, Unusable> {
        let outcomes = read::outcomes(path_of_field, &value)?;
        Ok(Self { written: value, outcomes: outcomes.into() })
    }

    /// The first outcome whose schema this body fits, if there is one.
    #[must_use]
    pub fn matching(&self, body: &Value) -> Option<&Outcome> {
        self.matching_at(body).map(|(_, outcome)| outcome)
    }

    /// The same, with its place in the list.
    #[must_use]
    pub fn matching_at(&self, body: &Value) -> Option<(usize, &Outcome)> {
        self.outcomes.iter().enumerate().find(|(_, outcome)| outcome.schema.fits(body))
    }

    /// What this body means by the first outcome whose schema it fits; `None` when it fits none.
    ///
    /// # Errors
    /// When it fits one, and has no meaning by that: see [`NotMapped`].
    pub fn meaning(&self, body: &Value) -> Result<Option<Meaning>, NotMapped> {
        self.matching(body).map(|outcome| outcome.meaning(body)).transpose()
    }
}

impl Outcome {
    /// Its name, which need not be unique.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name of its error is what a path finds, and not said by whoever wrote the outcome.
    #[must_use]
    pub fn takes_error_from_body(&self) -> bool {
        matches!(&self.effect, Effect::Failure { error: Some(Text::Path(_)), .. })
    }

    /// What a body that fits it means.
    ///
    /// # Errors
    /// When a path finds too much: see [`NotMapped`].
    pub fn meaning(&self, body: &Value) -> Result<Meaning, NotMapped> {
        Ok(match &self.effect {
            Effect::Success(Output::Fixed(output)) => Meaning::Success { output: output.clone() },
            Effect::Success(Output::Body) => Meaning::Success { output: body.clone() },
            Effect::Success(Output::Path(path)) => {
                let found = path.find(body).map_err(|TooMuch| self.too_large("output_path", path))?;
                Meaning::Success { output: found.into_iter().cloned().collect() }
            }
            Effect::Failure { error, cause } => Meaning::Failure {
                error: self.text("error_path", error.as_ref(), body)?,
                cause: self.text("cause_path", cause.as_ref(), body)?,
            },
            Effect::Heartbeat => Meaning::Heartbeat,
        })
    }

    /// One text that a path finds is taken as it is; whatever else it finds, as the JSON of the list of it.
    fn text(&self, field: &'static str, text: Option<&Text>, body: &Value) -> Result<Option<String>, NotMapped> {
        let path = match text {
            None => return Ok(None),
            Some(Text::Fixed(text)) => return Ok(Some(text.clone())),
            Some(Text::Path(path)) => path,
        };
        let found = path.find(body).map_err(|TooMuch| self.too_large(field, path))?;
        Ok(match found.as_slice() {
            [] => None,
            [Value::String(text)] => Some(text.clone()),
            _ => Some(found.into_iter().cloned().collect::<Value>().to_string()),
        })
    }

    fn too_large(&self, field: &'static str, path: &Path) -> NotMapped {
        NotMapped::TooLarge { outcome: self.name.clone(), field, path: path.as_written().to_owned() }
    }
}

impl PartialEq for Outcomes {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Outcomes {}

impl fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Outcomes").field(&self.written).finish()
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Outcome").field(&self.name).finish()
    }
}

impl Serialize for Outcomes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Outcomes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read("outcomes", Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
