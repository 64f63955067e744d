//! A message for an incoming webhook, as Slack and those who follow it have them.

use std::fmt;

use serde_json::json;

use super::BaseUrl;
use crate::{
    OutgoingNotice,
    pages::{Facts, UserText, texts},
};

/// How much of a question stands in a channel; the page has the rest.
const MOST_OF_SUMMARY: usize = 1_000;
const MOST_DETAILS: usize = 10;
const MOST_OF_VALUE: usize = 200;

/// The body of a POST to an incoming webhook. `Debug` shows nothing of it, because it has the link.
#[derive(Clone, PartialEq, Eq)]
pub struct ChatMessage(String);

impl ChatMessage {
    /// The message for a notice.
    #[must_use]
    pub fn of(notice: &OutgoingNotice<'_>, base: &BaseUrl) -> Self {
        let texts = texts();
        let facts = Facts::of(notice.request, notice.approval, notice.approver, texts);
        let labels = &texts.labels;
        let mut lines = vec![format!("*{}*", (texts.notice.heading)(notice.kind))];
        lines.extend(quoted(&facts.title));
        let summary = facts.summary.clone().cut(MOST_OF_SUMMARY);
        let mut more = summary != facts.summary || facts.details.len() > MOST_DETAILS;
        if summary.lines().next().is_some() {
            lines.push(">".to_owned());
            lines.extend(quoted(&summary));
        }
        if !facts.details.is_empty() {
            lines.push(format!("*{}*", labels.details));
        }
        for fact in facts.details.iter().take(MOST_DETAILS) {
            let line = UserText::line(fact.value.as_str());
            let value = line.clone().cut(MOST_OF_VALUE);
            more |= value != line;
            lines.push(format!("> {}: {}", escaped(&fact.label), escaped(&value)));
        }
        if more {
            lines.push(texts.notice.more_on_the_page.to_owned());
        }
        lines.extend(facts.requested_by.iter().map(|by| format!("*{}:* {}", labels.requested_by, escaped(by))));
        lines.push(format!("*{}:* {}", labels.decide_by, facts.deadline.people));
        lines.push(format!("*{}:* {}", labels.then, facts.then));
        lines.push(format!("*{}:* {}", labels.policy, facts.policy));
        lines.push(format!("<{}|{}>", base.of(&notice.link), texts.notice.open));
        lines.push(format!("{} {}", texts.notice.opening_is_safe, texts.notice.for_this_channel));
        // Nobody's robot opens the link to show what is behind it.
        let message = json!({ "text": lines.join("\n"), "unfurl_links": false, "unfurl_media": false });
        Self(message.to_string())
    }

    /// The body, in JSON. It has the link, which is a secret.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ChatMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatMessage").finish_non_exhaustive()
    }
}

/// Each line of it as a quotation, so that none can be taken for one of ours.
fn quoted(text: &UserText) -> impl Iterator<Item = String> {
    text.lines().map(|line| format!("> {}", escaped(line)))
}

/// A text in which nothing is a link or a mention: of Slack's own (`<!channel>`), or of those who also take `@channel`.
fn escaped(text: &(impl fmt::Display + ?Sized)) -> String {
    let mut escaped = String::new();
    for letter in text.to_string().chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Not within an address, where it mentions nobody.
            '@' if !escaped.ends_with(char::is_alphanumeric) => escaped.push_str("@\u{2060}"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_mention_and_no_link_is_made_of_what_people_typed() {
        assert_eq!(escaped("<!channel> & <@U1|x>"), "&lt;!channel&gt; &amp; &lt;@\u{2060}U1|x&gt;");
        assert_eq!(escaped("@here, alice@example.com (@all)"), "@\u{2060}here, alice@example.com (@\u{2060}all)");
    }

    proptest! {
        #[test]
        fn whatever_people_typed_stays_within_its_quotation(typed: String) {
            let text = UserText::text(&typed);
            for line in quoted(&text) {
                prop_assert!(line.starts_with("> ") && !line.contains('\n') && !line.contains('<'), "{line}");
                prop_assert!(!line[2..].contains('>'), "{line}");
            }
        }
    }
}
