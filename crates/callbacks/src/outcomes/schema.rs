//! JSON Schemas that cost no more than the body is long, whoever sends it.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

/// A recursive schema goes this many levels further down with every level of a body.
const MOST_LEVELS: usize = 64;
/// What one compiled pattern may take, in bytes.
const MOST_PATTERN: usize = 1 << 20;
/// A problem can repeat what is wrong, which may be long.
const MOST_PROBLEM_CHARS: usize = 300;

pub(super) struct Schema(Validator);

impl Schema {
    /// A schema without `$schema` is one of draft 7, as in sfn-callback-urls; `format` says nothing there, nor here.
    pub(super) fn read(schema: &Value) -> Result<Self, String> {
        if levels(schema) > MOST_LEVELS {
            return Err(format!("has more than {MOST_LEVELS} levels"));
        }
        // The default engine for patterns backtracks: a text from outside could keep it busy for ever.
        let pattern = PatternOptions::regex().size_limit(MOST_PATTERN).dfa_size_limit(MOST_PATTERN);
        let options = jsonschema::options().offline().should_validate_formats(false).with_pattern_options(pattern);
        let options = if schema.get("$schema").is_none() { options.with_draft(Draft::Draft7) } else { options };
        options.build(schema).map(Self).map_err(|error| {
            let at = error.instance_path().as_str();
            let place = if at.is_empty() { String::new() } else { format!("at {at}: ") };
            let problem: String = error.to_string().chars().take(MOST_PROBLEM_CHARS).collect();
            format!("is not a JSON Schema that can be used: {place}{problem}")
        })
    }

    pub(super) fn fits(&self, body: &Value) -> bool {
        self.0.is_valid(body)
    }
}

fn levels(value: &Value) -> usize {
    let below = match value {
        Value::Array(items) => items.iter().map(levels).max(),
        Value::Object(fields) => fields.values().map(levels).max(),
        _ => return 0,
    };
    1 + below.unwrap_or_default()
}
