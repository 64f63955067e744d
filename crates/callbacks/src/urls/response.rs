//! What whoever has called a URL is shown, where the action says so.

use callback_bridge::InvalidField;
use serde_json::{Map, Value};

use super::{
    Refused,
    template::{Parameters, Place, refused},
    uri,
};
use crate::outcomes::Fields;

/// The longest redirect, in bytes: all headers together have 10,240 behind an API Gateway.
const MOST_REDIRECT: usize = 4_096;

/// `response` of an action or an outcome.
#[derive(Clone)]
pub(super) struct ResponseSpec {
    redirect: Option<String>,
    json: Option<Map<String, Value>>,
    html: Option<String>,
    text: Option<String>,
}

/// What an action says whoever has called it is shown, with all parameters filled in.
#[derive(Debug, Clone, PartialEq)]
pub enum FormattedResponse {
    /// Another page: a URI, fit for a header.
    Redirect(String),
    /// A body for each content type; the usual one where there is none.
    Custom {
        /// The object for `application/json`.
        json: Option<Value>,
        /// The body for `text/html`.
        html: Option<String>,
        /// The body for `text/plain`.
        text: Option<String>,
    },
}

impl ResponseSpec {
    /// Reads it; `templates` says whether its texts are filled in when the action is called.
    pub(super) fn read(path: String, value: &Value, templates: bool) -> Result<Self, InvalidField> {
        let fields = Fields::of(path, value)?;
        let json = match fields.get("json")? {
            None => None,
            Some(Value::Object(json)) => Some(json.clone()),
            Some(_) => return Err(fields.invalid("json", "must be an object")),
        };
        let redirect = fields.text("redirect")?;
        if redirect.as_ref().is_some_and(|redirect| redirect.len() > MOST_REDIRECT) {
            return Err(fields.invalid("redirect", &format!("has more than {MOST_REDIRECT} characters")));
        }
        // What comes of a template is looked at again.
        let braces: &[char] = if templates { &['{', '}'] } else { &[] };
        if redirect.as_ref().is_some_and(|redirect| !uri::is_uri(&redirect.replace(braces, ""))) {
            return Err(fields.invalid("redirect", "must be a URI, as in https://example.com"));
        }
        Ok(Self { redirect, json, html: fields.text("html")?, text: fields.text("text")? })
    }

    /// The scheme and the host of the redirect.
    pub(super) fn redirect_origin(&self) -> Option<&str> {
        Some(uri::authority_and_rest(self.redirect.as_deref()?).0)
    }

    /// What is wrong with it as a template: a parameter could lead to another host.
    pub(super) fn problem_of_template(&self) -> Option<String> {
        let host_is_filled_in = |redirect: &&String| uri::authority_and_rest(redirect).0.contains('$');
        let problem = "parameters may not stand in the host of a redirect: put a / before them";
        self.redirect.as_ref().filter(host_is_filled_in).map(|_| problem.to_owned())
    }

    /// As it is, or filled in.
    pub(super) fn formatted(&self, parameters: Option<&Parameters<'_>>) -> Result<FormattedResponse, Refused> {
        let Self { redirect, json, html, text } = self;
        let json = json.clone().map(Value::Object);
        let Some(parameters) = parameters else {
            return Ok(match redirect.clone() {
                Some(redirect) => FormattedResponse::Redirect(redirect),
                None => FormattedResponse::Custom { json, html: html.clone(), text: text.clone() },
            });
        };
        if let Some(redirect) = redirect {
            let redirect = parameters.text(redirect, Place::Url)?;
            return if stays_in_place(&redirect) {
                Ok(FormattedResponse::Redirect(redirect))
            } else {
                Err(refused("the parameters make no URI of the redirect, one that leads up, or a long one"))
            };
        }
        let filled = |text: &Option<String>, place| text.as_ref().map(|text| parameters.text(text, place)).transpose();
        Ok(FormattedResponse::Custom {
            json: json.map(|json| parameters.value(&json)).transpose()?,
            html: filled(html, Place::Html)?,
            text: filled(text, Place::Text)?,
        })
    }
}

/// No encoding keeps `..` from leading up, so that it is refused.
fn stays_in_place(redirect: &str) -> bool {
    let path = uri::authority_and_rest(redirect).1.split(['?', '#']).next().unwrap_or_default();
    let leads_up = path.split('/').any(|segment| matches!(segment, "." | ".."));
    redirect.len() <= MOST_REDIRECT && uri::is_uri(redirect) && !leads_up
}
