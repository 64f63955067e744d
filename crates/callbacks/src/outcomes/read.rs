//! Whether a list of outcomes says what can be done with every body.

use callback_bridge::{InvalidField, TaskFailure};
use serde_json::{Map, Value};

use super::{Effect, Outcome, Output, Path, Schema, Text};

const MOST_OUTCOMES: usize = 20;
const MOST_BYTES: usize = 65_536;
const MOST_NAME: usize = 80;

pub(super) fn outcomes(field: &str, value: &Value) -> Result<Vec<Outcome>, InvalidField> {
    let Value::Array(items) = value else { return Err(invalid(field, "must be a list of outcomes")) };
    if !(1..=MOST_OUTCOMES).contains(&items.len()) {
        return Err(invalid(field, &format!("must be 1 to {MOST_OUTCOMES} outcomes")));
    }
    match value.to_string().len() {
        bytes if bytes > MOST_BYTES => Err(invalid(field, &format!("has {bytes} bytes, more than {MOST_BYTES}"))),
        _ => items.iter().enumerate().map(|(at, item)| outcome(format!("{field}[{at}]"), item)).collect(),
    }
}

fn outcome(field: String, value: &Value) -> Result<Outcome, InvalidField> {
    let Value::Object(fields) = value else { return Err(invalid(&field, "must be an object")) };
    let fields = Fields { path: field, fields };
    let name = fields.required("name", Fields::name)?;
    let schema = fields.required("schema", Fields::schema)?;
    let (effect, own): (_, &[&str]) = match fields.required("type", Fields::text)?.as_str() {
        "success" => (Effect::Success(fields.output()?), &["output", "output_body", "output_path"]),
        "failure" => {
            let error = fields.fixed_or_path("error", "error_path", TaskFailure::MAX_ERROR_CHARS)?;
            let cause = fields.fixed_or_path("cause", "cause_path", TaskFailure::MAX_CAUSE_CHARS)?;
            (Effect::Failure { error, cause }, &["error", "error_path", "cause", "cause_path"])
        }
        "heartbeat" => (Effect::Heartbeat, &[]),
        _ => return Err(fields.invalid("type", "must be success, failure or heartbeat")),
    };
    fields.only(own)?;
    Ok(Outcome { name, schema, effect })
}

/// The fields of one outcome. A field that is null is there, and has the wrong shape unless it is `output`.
struct Fields<'a> {
    path: String,
    fields: &'a Map<String, Value>,
}

impl Fields<'_> {
    fn invalid(&self, name: &str, problem: &str) -> InvalidField {
        invalid(&format!("{}.{name}", self.path), problem)
    }

    fn required<T>(
        &self,
        name: &str,
        read: fn(&Self, &str) -> Result<Option<T>, InvalidField>,
    ) -> Result<T, InvalidField> {
        read(self, name)?.ok_or_else(|| self.invalid(name, "is missing"))
    }

    fn text(&self, name: &str) -> Result<Option<String>, InvalidField> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.invalid(name, "must be a text")),
        }
    }

    fn name(&self, field: &str) -> Result<Option<String>, InvalidField> {
        let Some(name) = self.text(field)? else { return Ok(None) };
        let of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        if (1..=MOST_NAME).contains(&name.chars().count()) && name.chars().all(of_word) {
            return Ok(Some(name));
        }
        Err(self.invalid(field, &format!("must be 1 to {MOST_NAME} letters, digits and underscores")))
    }

    fn schema(&self, field: &str) -> Result<Option<Schema>, InvalidField> {
        let schema = self.fields.get(field).map(Schema::read).transpose();
        schema.map_err(|problem| self.invalid(field, &problem))
    }

    fn path(&self, field: &str) -> Result<Option<Path>, InvalidField> {
        let path = self.text(field)?.map(|path| Path::read(&path)).transpose();
        path.map_err(|problem| self.invalid(field, &problem))
    }

    /// Exactly one of the three, where `"output_body": false` is as if it were not there.
    fn output(&self) -> Result<Output, InvalidField> {
        let body = match self.fields.get("output_body") {
            None | Some(Value::Bool(false)) => None,
            Some(Value::Bool(true)) => Some(Output::Body),
            Some(_) => return Err(self.invalid("output_body", "must be true or false")),
        };
        let fixed = self.fields.get("output").cloned().map(Output::Fixed);
        match (fixed, body, self.path("output_path")?) {
            (Some(output), None, None) | (None, Some(output), None) => Ok(output),
            (None, None, Some(path)) => Ok(Output::Path(path)),
            _ => Err(invalid(&self.path, "must have one of output, output_body (true) and output_path")),
        }
    }

    fn fixed_or_path(&self, fixed: &str, path: &str, most_chars: usize) -> Result<Option<Text>, InvalidField> {
        match (self.text(fixed)?, self.path(path)?) {
            (Some(text), None) if text.chars().count() > most_chars => {
                Err(self.invalid(fixed, &format!("has more than {most_chars} characters")))
            }
            (Some(text), None) => Ok(Some(Text::Fixed(text))),
            (None, path) => Ok(path.map(Text::Path)),
            (Some(_), Some(_)) => Err(self.invalid(path, &format!("must not be there beside {fixed}"))),
        }
    }

    /// Whether nothing is there but what every outcome has, and what belongs to its type.
    fn only(&self, own: &[&str]) -> Result<(), InvalidField> {
        let known = |name: &str| ["name", "type", "schema"].contains(&name) || own.contains(&name);
        match self.fields.keys().find(|name| !known(name)) {
            Some(name) => Err(self.invalid(name, "is not a field of an outcome of this type")),
            None => Ok(()),
        }
    }
}

fn invalid(field: &str, problem: &str) -> InvalidField {
    InvalidField { path: field.to_owned(), problem: problem.to_owned() }
}
