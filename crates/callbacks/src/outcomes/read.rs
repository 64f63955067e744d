//! Whether a list of outcomes says what can be done with every body.

use callback_bridge::{InvalidField, TaskFailure};
use serde_json::Value;

use super::{
    Effect, Outcome, Output, Path, Schema, Text, Unusable,
    fields::{Fields, invalid},
};

const MOST_OUTCOMES: usize = 20;
const MOST_BYTES: usize = 65_536;

/// The shape of all is looked at before the schemas and paths of any.
pub(super) fn outcomes(field: &str, value: &Value) -> Result<Vec<Outcome>, Unusable> {
    shapes(field, value).map_err(Unusable::Shape)?.into_iter().map(Shape::compiled).collect()
}

/// The fields that outcomes of a type have beside those of every outcome.
pub(super) fn own_fields(of_type: &str) -> Option<&'static [&'static str]> {
    match of_type {
        "success" => Some(&["output", "output_body", "output_path"]),
        "failure" => Some(&["error", "error_path", "cause", "cause_path"]),
        "heartbeat" => Some(&[]),
        _ => None,
    }
}

/// Whether it is a field of every outcome.
pub(super) fn is_of_every_type(field: &str) -> bool {
    ["name", "type", "schema"].contains(&field)
}

/// An outcome with the shape of one, whose schema and paths may be none.
pub(super) struct Shape<'a> {
    path: String,
    name: String,
    schema: &'a Value,
    effect: Effect<String>,
}

/// Outcomes that have the shape of some.
pub(super) fn shapes<'a>(field: &str, value: &'a Value) -> Result<Vec<Shape<'a>>, InvalidField> {
    let Value::Array(items) = value else { return Err(invalid(field, "must be a list of outcomes")) };
    if !(1..=MOST_OUTCOMES).contains(&items.len()) {
        return Err(invalid(field, &format!("must be 1 to {MOST_OUTCOMES} outcomes")));
    }
    match value.to_string().len() {
        bytes if bytes > MOST_BYTES => Err(invalid(field, &format!("has {bytes} bytes, more than {MOST_BYTES}"))),
        _ => items.iter().enumerate().map(|(at, item)| shape(format!("{field}[{at}]"), item)).collect(),
    }
}

fn shape(field: String, value: &Value) -> Result<Shape<'_>, InvalidField> {
    let fields = Fields::of(field, value)?;
    let name = fields.required("name", Fields::name)?;
    let schema = fields.schema()?;
    let of_type = fields.required("type", Fields::text)?;
    let effect = match of_type.as_str() {
        "success" => Effect::Success(fields.output()?),
        "failure" => Effect::Failure {
            error: fields.fixed_or_path("error", "error_path", TaskFailure::MAX_ERROR_CHARS)?,
            cause: fields.fixed_or_path("cause", "cause_path", TaskFailure::MAX_CAUSE_CHARS)?,
        },
        "heartbeat" => Effect::Heartbeat,
        _ => return Err(fields.invalid("type", "must be success, failure or heartbeat")),
    };
    fields.only_of_type(own_fields(&of_type).unwrap_or_default())?;
    Ok(Shape { path: fields.path, name, schema, effect })
}

impl Shape<'_> {
    fn compiled(self) -> Result<Outcome, Unusable> {
        let at = |field: &str, problem: String| invalid(&format!("{}.{field}", self.path), &problem);
        let path = |field, written: &String| Path::read(written).map_err(|problem| Unusable::Path(at(field, problem)));
        let text = |field, text| match text {
            None => Ok(None),
            Some(Text::Fixed(text)) => Ok(Some(Text::Fixed(text))),
            Some(Text::Path(written)) => path(field, &written).map(|path| Some(Text::Path(path))),
        };
        let schema = Schema::read(self.schema).map_err(|problem| Unusable::Schema(at("schema", problem)))?;
        let effect = match self.effect {
            Effect::Success(Output::Fixed(output)) => Effect::Success(Output::Fixed(output)),
            Effect::Success(Output::Body) => Effect::Success(Output::Body),
            Effect::Success(Output::Path(written)) => Effect::Success(Output::Path(path("output_path", &written)?)),
            Effect::Failure { error, cause } => {
                Effect::Failure { error: text("error_path", error)?, cause: text("cause_path", cause)? }
            }
            Effect::Heartbeat => Effect::Heartbeat,
        };
        Ok(Outcome { name: self.name, schema, effect })
    }
}

impl<'a> Fields<'a> {
    fn schema(&self) -> Result<&'a Value, InvalidField> {
        match self.required("schema", Self::get)? {
            schema if schema.is_object() => Ok(schema),
            _ => Err(self.invalid("schema", "must be an object, a JSON Schema")),
        }
    }

    /// Exactly one of the three, where `"output_body": false` is as if it were not there.
    fn output(&self) -> Result<Output<String>, InvalidField> {
        let body = self.switch("output_body")?.and_then(|body| body.then_some(Output::Body));
        let fixed = self.fields.get("output").cloned().map(Output::Fixed);
        match (fixed, body, self.text("output_path")?) {
            (Some(output), None, None) | (None, Some(output), None) => Ok(output),
            (None, None, Some(path)) => Ok(Output::Path(path)),
            _ => Err(invalid(&self.path, "must have one of output, output_body (true) and output_path")),
        }
    }

    fn fixed_or_path(&self, fixed: &str, path: &str, most_chars: usize) -> Result<Option<Text<String>>, InvalidField> {
        match (self.text(fixed)?, self.text(path)?) {
            (Some(text), None) if text.chars().count() > most_chars => {
                Err(self.invalid(fixed, &format!("has more than {most_chars} characters")))
            }
            (Some(text), None) => Ok(Some(Text::Fixed(text))),
            (None, path) => Ok(path.map(Text::Path)),
            (Some(_), Some(_)) => Err(self.invalid(path, &format!("must not be there beside {fixed}"))),
        }
    }

    /// Whether nothing is there but what every outcome has, and what belongs to its type.
    fn only_of_type(&self, own: &[&str]) -> Result<(), InvalidField> {
        let known = |name: &str| is_of_every_type(name) || own.contains(&name);
        match self.fields.keys().find(|name| !known(name)) {
            Some(name) => Err(self.invalid(name, "is not a field of an outcome of this type")),
            None => Ok(()),
        }
    }
}
