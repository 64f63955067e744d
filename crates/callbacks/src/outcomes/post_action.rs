//! Outcomes as sfn-callback-urls takes them, written as they are read here.

use serde_json::Value;

use super::read::{is_of_every_type, own_fields};

/// Leaves out what no outcome of its type has, and puts the `$` before paths that have none. What has the shape of no outcome
/// is left for others to refuse.
pub(super) fn write_strictly(outcomes: &mut Value) {
    for outcome in outcomes.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        let own = outcome.get("type").and_then(Value::as_str).and_then(own_fields).unwrap_or_default();
        outcome.retain(|name, _| is_of_every_type(name) || own.contains(&name.as_str()));
        for (name, value) in outcome.iter_mut() {
            if let Value::String(path) = value
                && name.ends_with("_path")
            {
                *path = rooted(path);
            }
        }
    }
}

/// To jsonpath-rw a path without a `$` is one that begins at the body, too.
fn rooted(path: &str) -> String {
    match path.chars().next() {
        Some('$' | '.') | None => path.to_owned(),
        Some('[') => format!("${path}"),
        Some(_) => format!("$.{path}"),
    }
}
