//! What callers of a URL are told.

use askama::Template;
use serde::Serialize;

use super::{Action, Bodies, Invoked, Refused, Shown, TransactionId};
use crate::pages::{STYLE, Texts, UserText, preferred, texts};

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
    error: &'static str,
    message: &'a str,
}

/// What is asked before anything is done.
#[derive(Template)]
#[template(path = "action.html")]
struct Confirm<'a> {
    texts: &'static Texts,
    name: &'a str,
    parameters: Vec<(&'a str, UserText)>,
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
    /// The bridge's, with a form after which the browser is sent elsewhere.
    OursLeadingAway,
    /// That of whoever has created the URL.
    Theirs,
}

impl Reply {
    /// The URL was opened, and nothing is done yet: whoever wants what it means posts to it.
    #[must_use]
    pub fn confirm(transaction_id: TransactionId, action: &Action, invoked: &Invoked, accept: Option<&str>) -> Self {
        let usual = NotCalled {
            transaction_id,
            action: Named::of(action),
            status: "open",
            detail: "nothing is done yet: send a POST to this URL to do it",
        };
        let page = || {
            let parameters = invoked.parameters.iter().map(|(name, value)| (name.as_str(), UserText::text(value)));
            Confirm { texts: texts(), name: action.name(), parameters: parameters.collect() }
                .render()
                .unwrap_or_default()
        };
        let page_of = match invoked.response {
            Some(Shown::Redirect(_)) => PageOf::OursLeadingAway,
            Some(Shown::Bodies(_)) | None => PageOf::Ours,
        };
        Self { page: page_of, ..Self::negotiated(200, &usual, page, &Bodies::default(), accept) }
    }

    /// The call of a URL is taken: what the action says for that, else the same for every action, in the form that the
    /// `Accept` header wants.
    #[must_use]
    pub fn taken(
        transaction_id: TransactionId,
        action: &Action,
        response: Option<&Shown>,
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
            Some(Shown::Redirect(location)) => Self {
                status: 303,
                content_type: None,
                body: String::new(),
                location: Some(location.clone()),
                allow: None,
                page: PageOf::Ours,
            },
            Some(Shown::Bodies(bodies)) => Self::negotiated(200, &taken, page, bodies, accept),
            None => Self::negotiated(200, &taken, page, &Bodies::default(), accept),
        }
    }

    /// The call of a URL is refused. Nothing that an action says changes that.
    #[must_use]
    pub fn refused(refused: &Refused, accept: Option<&str>) -> Self {
        let problem = Problem { error: refused.error.name(), message: &refused.message };
        let page = || {
            let texts = texts();
            let labels = &texts.action;
            let facts = vec![(labels.error, format!("{}: {}", refused.error.name(), refused.message))];
            Called { texts, heading: labels.refused, detail: "", facts }.render().unwrap_or_default()
        };
        let reply = Self::negotiated(refused.error.status(), &problem, page, &Bodies::default(), accept);
        Self { allow: refused.error.allow(), ..reply }
    }

    fn negotiated(
        status: u16,
        usual: &impl Serialize,
        page: impl FnOnce() -> String, // writing into a string does not fail
        theirs: &Bodies,
        accept: Option<&str>,
    ) -> Self {
        let indented = || serde_json::to_string_pretty(usual).unwrap_or_default(); // texts have a form in JSON
        match (preferred(accept.unwrap_or("*/*"), &[JSON, HTML, TEXT]), &theirs.html) {
            (HTML, Some(html)) => Self { page: PageOf::Theirs, ..Self::of(status, HTML, html.clone()) },
            (HTML, None) => Self::of(status, HTML, page()),
            (TEXT, _) => Self::of(status, TEXT, theirs.text.clone().unwrap_or_else(indented)),
            _ => Self::of(status, JSON, theirs.json.as_ref().map_or_else(|| to_json(usual), to_json)),
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

pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default() // texts have a form in JSON
}
