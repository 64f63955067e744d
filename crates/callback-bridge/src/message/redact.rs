//! No copy of the token reaches the worker.

use serde_json::Value;

use crate::TaskToken;

/// A text this long is in another one only if it was put there; real tokens have some 700 characters.
const UNMISTAKABLE_BYTES: usize = 64;

/// Takes the token out of whatever the worker will see: fields that are it, and copies of it within names and texts (a
/// URL, a context object written as text).
pub(super) fn remove_token(value: &mut Value, token: &TaskToken) {
    let secret = token.expose();
    match value {
        Value::Object(fields) => {
            fields.retain(|name, field| field.as_str() != Some(secret) && !holds(name, secret));
            fields.values_mut().for_each(|field| remove_token(field, token));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove_token(item, token)),
        Value::String(text) if text == secret => *value = Value::Null, // in a list, so the others keep their positions
        Value::String(text) if holds(text, secret) => *text = text.replace(secret, "[task token]"),
        _ => {}
    }
}

fn holds(text: &str, token: &str) -> bool {
    token.len() >= UNMISTAKABLE_BYTES && text.contains(token)
}
