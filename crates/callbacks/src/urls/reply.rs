//! What callers are told.

use askama::Template;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Action, Actions, ErrorName, FormattedResponse, Refused, TransactionId};
use crate::pages::{STYLE, Texts, preferred, texts};

const JSON: &str = "application/json";
const HTML: &str = "text/html";
const TEXT: &str = "text/plain";

/// What is sent, beside the headers of every response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body, which is UTF-8; nothing where there is no body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
    /// The `Location`.
    pub location: Option<String>,
    /// The `Allow`.
    pub allow: Option<&'static str>,
    /// Whose page the body is.
    pub page: PageOf,
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
struct NotCalled<'a> {
    transaction_id: TransactionId,
    action: Named<'a>,
    status: &'static str,
    detail: &'static str,
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

/// What is asked before anything is done.
#[derive(Template)]
#[template(path = "action.html")]
struct Confirm<'a> {
    texts: &'static Texts,
    name: &'a str,
}

/// What has come of it.
#[derive(Template)]
#[template(path = "called.html")]
struct Called {
    texts: &'static Texts,
    heading: &'static str,
    detail: &'static str,
    facts: Vec<(&'static str, String)>,
}

/// Whose page the body is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageOf {
    /// The bridge's, or none.
    Ours,
    /// The bridge's, with a form after which the browser is sent to this origin.
    OursLeadingTo(String),
    /// That of whoever has created the URL.
    Theirs,
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

    /// The URL was opened, and nothing is done yet: whoever wants it posts to it.
    #[must_use]
    pub fn confirm(transaction_id: TransactionId, action: &Action, accept: Option<&str>) -> Self {
        let usual = NotCalled {
            transaction_id,
            action: Named::of(action),
            status: "open",
            detail: "nothing is done yet: send a POST to this URL to do it",
        };
        let page = || Confirm { texts: texts(), name: action.name() }.render().unwrap_or_default();
        let reply = Self::negotiated(200, &usual, page, &Custom::default(), accept);
        match action.redirect_origin() {
            Some(origin) => Self { page: PageOf::OursLeadingTo(origin.to_owned()), ..reply },
            None => reply,
        }
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
        let taken = Taken { transaction_id, action: Named::of(action) };
        let page = || {
            let texts = texts();
            let labels = &texts.action;
            let facts = vec![(labels.name, action.name().to_owned()), (labels.transaction, transaction_id.to_string())];
            Called { texts, heading: labels.taken, detail: labels.taken_detail, facts }.render().unwrap_or_default()
        };
        match response {
            Some(FormattedResponse::Redirect(location)) => Self {
                status: 303,
                content_type: None,
                body: String::new(),
                location: Some(location.clone()),
                allow: None,
                page: PageOf::Ours,
            },
            Some(FormattedResponse::Custom { json, html, text }) => {
                let custom = Custom { json: json.as_ref(), html: html.as_deref(), text: text.as_deref() };
                Self::negotiated(200, &taken, page, &custom, accept)
            }
            None => Self::negotiated(200, &taken, page, &Custom::default(), accept),
        }
    }

    /// The call of a URL is refused. Nothing that an action says changes that.
    #[must_use]
    pub fn refused(refused: &Refused, accept: Option<&str>) -> Self {
        let problem = Problem { transaction_id: None, error: refused.error.name(), message: &refused.message };
        let page = || {
            let texts = texts();
            let labels = &texts.action;
            let facts = vec![(labels.error, format!("{}: {}", refused.error.name(), refused.message))];
            Called { texts, heading: labels.refused, detail: "", facts }.render().unwrap_or_default()
        };
        let reply = Self::negotiated(refused.error.status(), &problem, page, &Custom::default(), accept);
        Self { allow: refused.error.allow(), ..reply }
    }

    fn negotiated(
        status: u16,
        usual: &impl Serialize,
        page: impl FnOnce() -> String, // writing into a string does not fail
        custom: &Custom<'_>,
        accept: Option<&str>,
    ) -> Self {
        let indented = || serde_json::to_string_pretty(usual).unwrap_or_default(); // texts have a form in JSON
        match (preferred(accept.unwrap_or("*/*"), &[JSON, HTML, TEXT]), custom.html) {
            (HTML, Some(html)) => Self { page: PageOf::Theirs, ..Self::of(status, HTML, html.to_owned()) },
            (HTML, None) => Self::of(status, HTML, page()),
            (TEXT, _) => Self::of(status, TEXT, custom.text.map_or_else(indented, str::to_owned)),
            _ => Self::of(status, JSON, custom.json.map_or_else(|| to_json(usual), to_json)),
        }
    }

    const fn of(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type: Some(content_type), body, location: None, allow: None, page: PageOf::Ours }
    }
}

impl<'a> Named<'a> {
    fn of(action: &'a Action) -> Self {
        Self { name: action.name(), r#type: action.action_type().into() }
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
