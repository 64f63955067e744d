//! URLs that others give, and the one of an action.

use callback_bridge::InvalidField;
use fluent_uri::Uri;
use serde_json::Value;

use super::ActionType;
use crate::{
    notices::{BaseUrl, NotABaseUrl, web_host},
    outcomes::{Fields, invalid},
};

/// The stage of an HTTP API that has no path.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html>
const DEFAULT_STAGE: &str = "$default";

/// Where URLs begin, if the call says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// It says it.
    Url(BaseUrl),
    /// It names a stage of an API Gateway.
    Api {
        /// The id of the API.
        api_id: String,
        /// Its stage.
        stage: String,
        /// Its region; where the bridge runs, if it is left out.
        region: Option<String>,
    },
}

impl Base {
    pub(super) fn read(field: &str, value: &Value) -> Result<Self, InvalidField> {
        if let Value::String(url) = value {
            let base_url = url.parse().map_err(|error: NotABaseUrl| invalid(field, &error.to_string()));
            return base_url.map(Self::Url);
        }
        let Value::Object(_) = value else { return Err(invalid(field, "must be a URL or an object")) };
        let fields = Fields::of(field.to_owned(), value)?;
        fields.only(&["api_id", "stage", "region"])?;
        Ok(Self::Api {
            api_id: fields.required("api_id", label)?,
            stage: fields.required("stage", stage)?,
            region: label(&fields, "region")?,
        })
    }

    /// The URL without a `/` at its end.
    #[must_use]
    pub fn url(&self, default_region: &str) -> String {
        match self {
            Self::Url(url) => url.to_string(),
            Self::Api { api_id, stage, region } => {
                let region = region.as_deref().unwrap_or(default_region);
                let path = if stage == DEFAULT_STAGE { String::new() } else { format!("/{stage}") };
                format!("https://{api_id}.execute-api.{region}.amazonaws.com{path}")
            }
        }
    }
}

/// The URL of an action, by the secret of the link to it. Callers may add parameters behind a `&`.
#[must_use]
pub fn action_url(base_url: &str, link: &str, name: &str, action_type: ActionType) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("action", name)
        .append_pair("type", action_type.into())
        .finish();
    format!("{}/u/{link}?{query}", base_url.trim_end_matches('/'))
}

/// What belongs to a host name between two dots.
fn label(fields: &Fields<'_>, name: &str) -> Result<Option<String>, InvalidField> {
    let letters = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match fields.text(name)? {
        Some(text) if !(1..=63).contains(&text.len()) || !letters(&text) => {
            Err(fields.invalid(name, "must be 1 to 63 letters, digits and hyphens"))
        }
        text => Ok(text),
    }
}

fn stage(fields: &Fields<'_>, name: &str) -> Result<Option<String>, InvalidField> {
    let letters = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    match fields.text(name)? {
        Some(text) if text != DEFAULT_STAGE && (!(1..=128).contains(&text.len()) || !letters(&text)) => {
            Err(fields.invalid(name, "must be 1 to 128 letters, digits, hyphens and underscores, or $default"))
        }
        text => Ok(text),
    }
}

/// A URI to which a browser may be sent: of the web with a host that is plain to see, or of an app.
pub(super) fn redirect(text: &str) -> Option<Uri<&str>> {
    let uri = Uri::parse(text).ok()?;
    let leads_somewhere = match uri.scheme().as_str().to_ascii_lowercase().as_str() {
        "http" | "https" => web_host(&uri).is_some(),
        "javascript" | "data" => false,
        _ => true,
    };
    leads_somewhere.then_some(uri)
}
