//! No copy of the token reaches the worker.

use serde_json::Value;

use crate::TaskToken;

/// A text this long is in another one only if it was put there; real tokens have some 700 characters.
const UNMISTAKABLE_BYTES: usize = 64;

/// Takes the token out of whatever the worker will see: fields that are it, and copies of it within names and texts, as it is
/// or as it is written in a URL and in JSON.
pub(super) fn remove_token(value: &mut Value, token: &TaskToken) {
    remove(value, token.expose(), &copies(token.expose()));
}

fn remove(value: &mut Value, token: &str, copies: &[String]) {
    let holds = |text: &str| copies.iter().any(|copy| text.contains(copy.as_str()));
    match value {
        Value::Object(fields) => {
            fields.retain(|name, field| field.as_str() != Some(token) && !holds(name));
            fields.values_mut().for_each(|field| remove(field, token, copies));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, token, copies)),
        Value::String(text) if text == token => *value = Value::Null, // in a list, so the others keep their positions
        Value::String(text) if holds(text) => {
            *text = copies.iter().fold(text.clone(), |text, copy| text.replace(copy, "[task token]"));
        }
        _ => {}
    }
}

/// How a token stands within a longer text; nothing for one that may be there by chance. Of the characters of base64, a URL
/// escapes `+`, `/` and `=`, and JSON may escape the slash.
fn copies(token: &str) -> Vec<String> {
    if token.len() < UNMISTAKABLE_BYTES {
        return Vec::new();
    }
    let in_url = token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let in_json = token.replace('/', "\\/");
    vec![token.to_owned(), in_url.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d"), in_url, in_json]
}
