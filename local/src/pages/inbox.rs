//! The mails that were sent.

use askama::Template;
use serde::Serialize;

use crate::people::Mail;

/// The page with the mails, the last one first.
#[derive(Template, Serialize)]
#[template(path = "inbox.html")]
pub(super) struct Inbox {
    mails: Vec<Mail>,
}

impl Inbox {
    pub(super) fn of(mut mails: Vec<Mail>) -> Self {
        mails.reverse();
        Self { mails }
    }
}

/// Has the links of an HTML part open beside the inbox, as mail programs do. All else is as it was sent.
pub(super) fn in_a_frame(part: &str) -> String {
    part.replacen("<head>", "<head><base target=\"_blank\">", 1)
}
