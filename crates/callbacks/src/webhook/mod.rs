//! What another system is asked: `webhook` of a message.

mod check;
mod raw;
#[cfg(test)]
mod tests;

use std::time::Duration;

use callback_bridge::InvalidField;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outcomes::Outcomes;

/// A call to a registered destination, checked: what is sent has a place for the link by which it is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The name under which the destination is registered.
    pub destination: String,
    /// What is put behind its URL prefix, of up to 1,024 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What is sent, as up to 128 KiB of JSON.
    pub body: Value,
    /// Where in the body the link is put by which the task is answered: a JSON Pointer.
    pub callback_url_at: String,
    /// What bodies mean that come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Outcomes>,
    /// Where in the response stands what the destination calls the task, by which its signed events find it: a JSON Pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id_at: Option<String>,
    /// How long after the task began it may be answered; nothing where the message does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
}

impl Webhook {
    /// The largest body that is sent, in bytes of JSON, without the link.
    pub const MOST_BODY_BYTES: usize = 128 * 1024;

    /// Reads and checks the field `webhook` of a message.
    ///
    /// # Errors
    /// When it has another shape than documented, an unknown field, or asks for what cannot be; the error names the field.
    pub fn read(webhook: Value) -> Result<Self, InvalidField> {
        check::objects(&webhook)?;
        let raw: raw::Webhook =
            serde_path_to_error::deserialize(webhook).map_err(|error| InvalidField::within("webhook", &error))?;
        check::checked(raw)
    }

    /// Whether a destination or a sender can be called so.
    pub(crate) fn is_a_name(text: &str) -> bool {
        check::is_a_name(text)
    }

    /// Whether it is a JSON Pointer to a part of a document.
    pub(crate) fn is_a_pointer(text: &str) -> bool {
        check::is_a_pointer(text)
    }

    /// The body as it is sent, with the link in its place. Whoever has it can answer the task.
    #[must_use]
    pub fn body_with(&self, callback_url: &str) -> Value {
        let mut body = self.body.clone();
        check::put(&mut body, &self.callback_url_at, callback_url.into());
        body
    }
}
