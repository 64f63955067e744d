//! Nothing that is told of a callback has its token in it.

use std::mem::take;

use callbacks::State;
use serde::Serialize;
use serde_json::Value;

/// A document about a callback without its token, which somebody may have put into what they ask or answer. Once the callback is
/// settled nobody knows its token any more, and it answers nothing.
pub(super) fn without_token(document: &impl Serialize, state: &State) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default(); // all that is told is JSON
    if let Some(token) = &state.token {
        redact(&mut document, token.expose());
    }
    document
}

fn redact(value: &mut Value, token: &str) {
    let without = |text: &str| text.replace(token, "[redacted]");
    match value {
        Value::String(text) => *text = without(text),
        Value::Array(values) => values.iter_mut().for_each(|value| redact(value, token)),
        Value::Object(fields) => {
            let fields_with = take(fields).into_iter().map(|(name, mut value)| {
                redact(&mut value, token);
                (without(&name), value)
            });
            *fields = fields_with.collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
