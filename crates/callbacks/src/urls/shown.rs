//! What whoever has called a URL is shown, where the action says so.

use callback_bridge::InvalidField;
use serde_json::Value;

use super::{
    Refused,
    template::{Parameters, Place, refused},
    uri,
};
use crate::outcomes::Fields;

/// The longest redirect, in bytes: all headers together have 10,240 behind an API Gateway.
const MOST_REDIRECT: usize = 4_096;

/// `response` of an action or an outcome: what whoever has called is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// Another page: a URI, fit for a header.
    Redirect(String),
    /// Bodies of its own.
    Bodies(Bodies),
}

/// A body for each content type; the usual one where there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bodies {
    /// The object for `application/json`.
    pub json: Option<Value>,
    /// The body for `text/html`.
    pub html: Option<String>,
    /// The body for `text/plain`.
    pub text: Option<String>,
}

impl Shown {
    /// Reads the field `response`; `templates` says whether its texts are filled in when the action is called.
    pub(super) fn read(of: &Fields<'_>, templates: bool) -> Result<Option<Self>, InvalidField> {
        let Some(response) = of.get("response")? else { return Ok(None) };
        let fields = Fields::of(of.path_of("response"), response)?;
        let json = fields.get("json")?.cloned();
        if json.as_ref().is_some_and(|json| !json.is_object()) {
            return Err(fields.invalid("json", "must be an object"));
        }
        let bodies = Bodies { json, html: fields.text("html")?, text: fields.text("text")? };
        let Some(redirect) = fields.text("redirect")? else { return Ok(Some(Self::Bodies(bodies))) };
        if redirect.len() > MOST_REDIRECT {
            return Err(fields.invalid("redirect", &format!("has more than {MOST_REDIRECT} characters")));
        }
        // Of a template, what comes of it is looked at.
        if !templates && uri::redirect(&redirect).is_none() {
            return Err(
                fields.invalid("redirect", "must be a URI with a host, as in https://example.com, or of an app; percent-encode what is no part of one, as [ ] { } | and blanks")
            );
        }
        Ok(Some(Self::Redirect(redirect)))
    }

    /// With the parameters in it.
    pub(super) fn filled(&self, parameters: &Parameters<'_>) -> Result<Self, Refused> {
        let text = |text: &Option<String>, place| text.as_ref().map(|text| parameters.text(text, place)).transpose();
        match self {
            Self::Redirect(template) => {
                let filled = parameters.text(template, Place::Url)?;
                problem(&filled, template).map_or(Ok(Self::Redirect(filled)), |problem| Err(refused(problem)))
            }
            Self::Bodies(Bodies { json, html, text: plain }) => Ok(Self::Bodies(Bodies {
                json: json.as_ref().map(|json| parameters.value(json)).transpose()?,
                html: text(html, Place::Html)?,
                text: text(plain, Place::Text)?,
            })),
        }
    }
}

/// Why a redirect that was filled in leads where nobody wanted.
fn problem(filled: &str, template: &str) -> Option<&'static str> {
    let Some(uri) = uri::redirect(filled).filter(|_| filled.len() <= MOST_REDIRECT) else {
        return Some("the redirect is no URI with a host, as in https://example.com, or of an app; or a long one");
    };
    let begins = match uri.authority() {
        Some(host) => format!("{}://{host}", uri.scheme()),
        None => format!("{}:", uri.scheme()),
    };
    if !template.starts_with(&begins) {
        return Some("parameters may not stand in the scheme or the host of a redirect: put a / before them");
    }
    // No encoding keeps `..` from leading up.
    let leads_up = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    uri.path().as_str().split('/').any(leads_up).then_some("the redirect has `.` or `..` in its path, which leads up")
}
