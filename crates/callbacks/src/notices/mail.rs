//! A mail: a subject, and the same twice, as text and as HTML.

use std::fmt;

use askama::Template;

use super::BaseUrl;
use crate::{
    OutgoingNotice,
    pages::{Facts, Texts, UserText, name, texts},
};

/// The longest title within a subject, in characters.
const MOST_OF_TITLE: usize = 100;

/// A mail, but for its addresses. `Debug` shows no link.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line without control characters, of up to 130 characters.
    pub subject: String,
    /// The text part, complete in itself.
    pub text: String,
    /// The HTML part, which says the same.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    texts: &'static Texts,
    heading: &'static str,
    facts: &'a Facts,
    others: &'a [UserText],
    link: &'a str,
}

impl Mail {
    /// The mail for a notice.
    #[must_use]
    pub fn of(notice: &OutgoingNotice<'_>, base: &BaseUrl) -> Self {
        let texts = texts();
        let facts = Facts::of(notice.request, notice.approval, notice.approver, texts);
        let link = base.of(&notice.link);
        let heading = (texts.notice.heading)(notice.kind);
        let others = notice.approval.approvers.iter().filter(|approver| *approver != notice.approver);
        let others: Vec<UserText> = others.map(name).collect();
        let subject = format!("{}: {}", (texts.notice.subject)(notice.kind), facts.title.clone().cut(MOST_OF_TITLE));
        let html = Html { texts, heading, facts: &facts, others: &others, link: &link };
        // Writing into a string does not fail.
        Self { subject, html: html.render().unwrap_or_default(), text: text(heading, &facts, &others, &link, texts) }
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Paragraphs with an empty line between them. What users typed in several lines is indented, so that no line of theirs
/// can be taken for one of ours.
fn text(heading: &str, facts: &Facts, others: &[UserText], link: &str, texts: &Texts) -> String {
    let labels = &texts.labels;
    let mut details: Vec<String> = Vec::new();
    if !facts.details.is_empty() {
        details.push(format!("{}:", labels.details));
        details.extend(facts.details.iter().map(|fact| match fact.value.lines().count() {
            0..=1 => format!("  {}: {}", fact.label, fact.value),
            _ => format!("  {}:\n{}", fact.label, indented(&fact.value, 4)),
        }));
    }
    let mut terms: Vec<String> = Vec::new();
    terms.extend(facts.requested_by.iter().map(|by| format!("{}: {by}", labels.requested_by)));
    terms.push(format!("{}: {}", labels.decide_by, facts.deadline.people));
    terms.push(format!("{}: {}", labels.then, facts.then));
    terms.push(format!("{}: {}", labels.policy, facts.policy));
    terms.push(format!("{}: {}", labels.you_are, facts.you));
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|name| format!("  {name}")).collect();
        terms.push(format!("{}:\n{}", labels.others, names.join("\n")));
    }
    let paragraphs = [
        heading.to_owned(),
        indented(&facts.title, 2),
        indented(&facts.summary, 2),
        details.join("\n"),
        terms.join("\n"),
        format!("{}:\n{link}", texts.notice.open),
        format!("{}\n{}", texts.notice.opening_is_safe, texts.notice.for_you_alone),
        format!("{}: {}", labels.reference, facts.reference),
    ];
    let said: Vec<String> = paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()).collect();
    said.join("\n\n") + "\n"
}

fn indented(text: &UserText, by: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{:by$}{line}", "")).collect();
    lines.join("\n")
}
