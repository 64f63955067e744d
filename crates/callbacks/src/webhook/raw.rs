//! The shape of `webhook` in a message, before it is checked.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Webhook {
    pub(super) destination: String,
    #[serde(default)]
    pub(super) path: String,
    #[serde(default = "empty")]
    pub(super) body: Value,
    #[serde(default = "callback_url")]
    pub(super) callback_url_at: String,
    pub(super) outcomes: Option<Value>,
    pub(super) external_id_at: Option<String>,
    pub(super) deadline: Option<Deadline>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Deadline {
    pub(super) after_seconds: u64,
}

fn empty() -> Value {
    Value::Object(Map::new())
}

fn callback_url() -> String {
    "/callbackUrl".to_owned()
}
