//! Whether a destination can be called as a message asks.

use std::time::Duration;

use callback_bridge::InvalidField;
use serde_json::Value;

use super::{Webhook, raw};
use crate::outcomes::Outcomes;

const MOST_NAME: usize = 64;
const MOST_PATH: usize = 1_024;

/// Whether no list stands where an object belongs: it would be read as the object's fields, in an order nobody knows.
pub(super) fn objects(webhook: &Value) -> Result<(), InvalidField> {
    if webhook.is_array() {
        return Err(InvalidField { path: "webhook".to_owned(), problem: "must be an object".to_owned() });
    }
    match webhook.get("deadline") {
        Some(Value::Array(_)) => Err(invalid("deadline", "must be an object")),
        _ => Ok(()),
    }
}

pub(super) fn checked(raw: raw::Webhook) -> Result<Webhook, InvalidField> {
    let deadline = raw.deadline.as_ref().map(|deadline| Duration::from_secs(deadline.after_seconds));
    if deadline.is_some_and(|deadline| deadline.is_zero()) {
        return Err(invalid("deadline.afterSeconds", "must be at least 1"));
    }
    let webhook = Webhook {
        destination: name(raw.destination)?,
        path: path(raw.path)?,
        body: raw.body,
        callback_url_at: raw.callback_url_at,
        outcomes: raw.outcomes.map(|outcomes| Outcomes::read("webhook.outcomes", outcomes)).transpose()?,
        external_id_at: raw.external_id_at.map(pointer).transpose()?,
        deadline,
    };
    body(&webhook)?;
    Ok(webhook)
}

/// Of letters, digits, `-` and `_`: names stand in URLs, keys and log lines.
pub(super) fn is_a_name(name: &str) -> bool {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    letters && (1..=MOST_NAME).contains(&name.len())
}

fn name(name: String) -> Result<String, InvalidField> {
    if is_a_name(&name) {
        return Ok(name);
    }
    Err(invalid("destination", &format!("must have 1 to {MOST_NAME} letters, digits, \"-\" or \"_\"")))
}

/// A path that stays below the prefix, however it is read: nothing that goes up, and nothing that is decoded once more.
fn path(path: String) -> Result<String, InvalidField> {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@?".contains(&byte);
    let (segments, query) = path.split_once('?').unwrap_or((&path, ""));
    let problem = if path.len() > MOST_PATH {
        format!("has {} characters, more than {MOST_PATH}", path.len())
    } else if !path.bytes().all(harmless) {
        "may have letters, digits and the signs that a URL may have as they are; put anything else into the body"
            .to_owned()
    } else if path.starts_with('/') || segments.contains("//") || query.contains('?') {
        "must go on where the prefix of the destination ends, without a \"/\" before it or twice".to_owned()
    } else if segments.split('/').any(|segment| matches!(segment, "." | "..")) {
        "may not go up by \"..\"".to_owned()
    } else {
        return Ok(path);
    };
    Err(invalid("path", &problem))
}

fn pointer(pointer: String) -> Result<String, InvalidField> {
    if is_a_pointer(&pointer) {
        Ok(pointer)
    } else {
        Err(invalid("externalIdAt", "must be a JSON Pointer, as in \"/payment/id\""))
    }
}

/// RFC 6901, and not the whole document, which is no text.
pub(super) fn is_a_pointer(pointer: &str) -> bool {
    let escapes = pointer.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    pointer.starts_with('/') && escapes
}

/// Whether there is a free place for the link.
fn body(webhook: &Webhook) -> Result<(), InvalidField> {
    let bytes = webhook.body.to_string().len();
    if bytes > Webhook::MOST_BODY_BYTES {
        let problem = format!("has {bytes} bytes of JSON, more than {}", Webhook::MOST_BODY_BYTES);
        return Err(invalid("body", &problem));
    }
    let at = &webhook.callback_url_at;
    if !is_a_pointer(at) {
        return Err(invalid("callbackUrlAt", "must be a JSON Pointer, as in \"/callbackUrl\""));
    }
    if webhook.body.pointer(at).is_some_and(|there| !there.is_null()) {
        return Err(invalid("callbackUrlAt", &format!("points to {at} of the body, where something else is")));
    }
    if !put(&mut webhook.body.clone(), at, Value::Null) {
        return Err(invalid(
            "callbackUrlAt",
            &format!("points to {at}, and the body has no object that it could be in"),
        ));
    }
    Ok(())
}

/// Puts a value where the pointer says; not if there is no object to put it in.
pub(super) fn put(body: &mut Value, pointer: &str, value: Value) -> bool {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return false };
    let key = key.replace("~1", "/").replace("~0", "~");
    match body.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.insert(key, value);
            true
        }
        _ => false,
    }
}

fn invalid(field: &str, problem: &str) -> InvalidField {
    InvalidField { path: format!("webhook.{field}"), problem: problem.to_owned() }
}
