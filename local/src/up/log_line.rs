//! A line that a function logs, for people.

use std::collections::BTreeMap;

use serde_json::Value;

/// What is in every line and tells nothing here: who, and where in the code.
const NOT_SHOWN: [&str; 5] = ["timestamp", "level", "message", "target", "spans"];

/// The level, the message and the fields of a JSON line; any other line as it is.
pub(super) fn readable(text: &str) -> String {
    let Ok(Value::Object(line)) = serde_json::from_str(text) else { return text.to_owned() };
    let Some(message) = line.get("message").and_then(Value::as_str) else { return text.to_owned() };
    let level = line.get("level").and_then(Value::as_str).unwrap_or_default();
    let spans = line.get("spans").and_then(Value::as_array).into_iter().flatten();
    let execution = spans.filter_map(|span| span["task.execution"].as_str()?.rsplit(':').next()).next_back();
    let execution = execution.map(|name| format!("execution={}", short(name)));
    // In an order of our own: that of the map depends on how serde_json was built.
    let fields: BTreeMap<_, _> = line.iter().filter(|(name, _)| !NOT_SHOWN.contains(&name.as_str())).collect();
    let fields = fields.into_iter().map(|(name, value)| format!("{name}={}", on_one_line(value)));
    let parts = std::iter::once(format!("{level:<5} {message}")).chain(execution).chain(fields);
    parts.collect::<Vec<_>>().join("  ")
}

fn on_one_line(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.replace(['\r', '\n'], " "))
}

/// The name of an execution; of one that AWS made up, the beginning.
pub(super) fn short(name: &str) -> &str {
    let is_uuid = name.len() == 36 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_uuid { &name[..8] } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_on_the_page_about_logging_is_readable() {
        let page = include_str!("../../../docs/logging.md");
        let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
        assert_eq!(
            readable(example),
            "INFO  the task was answered  execution=loan-42  disposition=settled  duration_ms=27  settle.tries=1  \
             task.answer=failure  task.error=Credit.Declined"
        );
    }

    #[test]
    fn what_is_no_log_line_is_left_as_it_is() {
        for text in ["thread 'main' panicked", "[1, 2]", r#"{"answer": 42}"#] {
            assert_eq!(readable(text), text);
        }
        assert_eq!(
            readable(r#"{"level": "WARN", "message": "odd", "error": "two\nlines"}"#),
            "WARN  odd  error=two lines"
        );
    }

    #[test]
    fn a_name_that_was_made_up_is_shortened() {
        assert_eq!(short("1f6f0f9c-2c4a-4e7d-9a0e-6a3e9a7a6f11"), "1f6f0f9c");
        assert_eq!(short("loan-42"), "loan-42");
    }
}
