//! The texts of notices. What they say yet is little: a title, and the link.

use serde_json::{Value, json};

use crate::OutgoingNotice;

/// A mail. It holds a link, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its subject: one line.
    pub subject: String,
    /// The same as the text, to be looked at.
    pub html: String,
    /// What is to be read.
    pub text: String,
}

/// A notice as a mail; links begin with `base_url`, which does not end with a slash.
#[must_use]
pub fn mail(notice: &OutgoingNotice<'_>, base_url: &str) -> Mail {
    let (title, url) = (&notice.request.approval.title, url(notice, base_url));
    Mail {
        subject: title.clone(),
        html: format!("<p><a href=\"{url}\">{url}</a></p>"),
        text: format!("{title}\n\n{url}\n"),
    }
}

/// A notice as the body of a post to an incoming webhook of Slack.
#[must_use]
pub fn chat(notice: &OutgoingNotice<'_>, base_url: &str) -> Value {
    json!({ "text": format!("{}\n{}", notice.request.approval.title, url(notice, base_url)) })
}

fn url(notice: &OutgoingNotice<'_>, base_url: &str) -> String {
    format!("{base_url}/c/{}", notice.link.secret())
}
