//! What callers are told.

use askama::Template;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Action, Actions, ErrorName, FormattedResponse, Refused, TransactionId};
use crate::pages::preferred;

const JSON: &str = "application/json";
const HTML: &str = "text/html";
const TEXT: &str = "text/plain";

/// What is sent, beside the headers of every response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status. With 405 goes `Allow: POST`.
    pub status: u16,
    /// The media type of the body, which is UTF-8; nothing where there is no body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
    /// The `Location`.
    pub location: Option<String>,
}

#[derive(Serialize)]
struct Created<'a> {
    transaction_id: TransactionId,
    #[serde(serialize_with = "in_order")]
    urls: &'a [(String, String)],
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

#[derive(Serialize)]
struct Taken<'a> {
    transaction_id: TransactionId,
    action: Named<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<TransactionId>,
    error: &'static str,
    message: &'a str,
}

/// A small page with the same as the JSON has.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ heading }}</title>
</head>
<body>
<main>
<h1>{{ heading }}</h1>
<pre>{{ json }}</pre>
</main>
</body>
</html>
"#
)]
struct Page<'a> {
    heading: &'a str,
    json: &'a str,
}

impl Reply {
    /// URLs are there, by the names of their actions.
    #[must_use]
    pub fn created(actions: &Actions, urls: &[(String, String)]) -> Self {
        let expiration = actions.expiration().map(ToString::to_string);
        Self::of(200, JSON, to_json(&Created { transaction_id: actions.transaction_id(), urls, expiration }))
    }

    /// There are no URLs. A call that was understood is named.
    #[must_use]
    pub fn not_created(refused: &Refused, transaction_id: TransactionId) -> Self {
        let understood = !matches!(refused.error, ErrorName::InvalidJson | ErrorName::ServiceError);
        let problem = Problem {
            transaction_id: understood.then_some(transaction_id),
            error: refused.error.name(),
            message: &refused.message,
        };
        Self::of(refused.error.status(), JSON, to_json(&problem))
    }

    /// The call of a URL is taken: what the action says for that, else the same for every action, in the form that the
    /// `Accept` header wants.
    #[must_use]
    pub fn taken(
        transaction_id: TransactionId,
        action: &Action,
        response: Option<&FormattedResponse>,
        accept: Option<&str>,
    ) -> Self {
        let named = Named { name: action.name(), r#type: action.action_type().into() };
        let taken = Taken { transaction_id, action: named };
        match response {
            Some(FormattedResponse::Redirect(location)) => {
                Self { status: 303, content_type: None, body: String::new(), location: Some(location.clone()) }
            }
            Some(FormattedResponse::Custom { json, html, text }) => {
                let custom = Custom { json: json.as_ref(), html: html.as_deref(), text: text.as_deref() };
                Self::negotiated(200, "Response accepted", &taken, &custom, accept)
            }
            None => Self::negotiated(200, "Response accepted", &taken, &Custom::default(), accept),
        }
    }

    /// The call of a URL is refused. Nothing that an action says changes that.
    #[must_use]
    pub fn refused(refused: &Refused, accept: Option<&str>) -> Self {
        let problem = Problem { transaction_id: None, error: refused.error.name(), message: &refused.message };
        Self::negotiated(refused.error.status(), "Response rejected", &problem, &Custom::default(), accept)
    }

    fn negotiated(
        status: u16,
        heading: &str,
        usual: &impl Serialize,
        custom: &Custom<'_>,
        accept: Option<&str>,
    ) -> Self {
        let indented = || serde_json::to_string_pretty(usual).unwrap_or_default(); // texts have a form in JSON
        match preferred(accept.unwrap_or("*/*"), &[JSON, HTML, TEXT]) {
            HTML => {
                let usual = || Page { heading, json: &indented() }.render().unwrap_or_default(); // nor does a string fail
                Self::of(status, HTML, custom.html.map_or_else(usual, str::to_owned))
            }
            TEXT => Self::of(status, TEXT, custom.text.map_or_else(indented, str::to_owned)),
            _ => Self::of(status, JSON, custom.json.map_or_else(|| to_json(usual), to_json)),
        }
    }

    const fn of(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type: Some(content_type), body, location: None }
    }
}

#[derive(Default)]
struct Custom<'a> {
    json: Option<&'a Value>,
    html: Option<&'a str>,
    text: Option<&'a str>,
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default() // texts have a form in JSON
}

fn in_order<S: Serializer>(urls: &&[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(urls.iter().map(|(name, url)| (name, url)))
}
