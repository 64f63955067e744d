//! What somebody sent to answer a question.

use serde::Deserialize;

use super::{Problem, accept::media_type};
use crate::{Choice, LinkAnswer};

/// An answer as it was sent, before it is known whether it can be one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// What was chosen, if anything was.
    pub choice: Option<Choice>,
    /// The comment as it was typed, with line feeds.
    #[serde(default)]
    pub comment: String,
    /// The [digest](crate::Request::digest) of what was shown.
    #[serde(default)]
    pub shown: String,
}

impl Submission {
    /// The largest body of an answer, in bytes: more than a comment may have, so that one that is too long is given back
    /// to be shortened.
    pub const MOST_BYTES: usize = 64 * 1024;

    /// Reads the body of a POST: a form, or JSON with the same names.
    ///
    /// # Errors
    /// [`Problem::TooLarge`], [`Problem::UnsupportedMediaType`], or [`Problem::Unreadable`].
    pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, Problem> {
        if body.len() > Self::MOST_BYTES {
            return Err(Problem::TooLarge);
        }
        let read = match media_type(content_type.unwrap_or_default()).as_str() {
            "application/x-www-form-urlencoded" => Self::of_form(body),
            "application/json" => serde_json::from_slice(body).map_err(|_| Problem::Unreadable)?,
            _ => return Err(Problem::UnsupportedMediaType),
        };
        // A form ends lines with two characters, of which a person has typed one.
        Ok(Self { comment: read.comment.replace("\r\n", "\n"), ..read })
    }

    /// A form that was changed on its way has nothing chosen at worst, which is told on the page.
    fn of_form(body: &[u8]) -> Self {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                "choice" => read.choice = serde_json::from_value(value.into()).ok(),
                "comment" => read.comment = value.into_owned(),
                "shown" => read.shown = value.into_owned(),
                _ => {}
            }
        }
        read
    }

    /// The answer for the [`Desk`](crate::Desk), if something was chosen.
    #[must_use]
    pub fn answer(&self, signed_in_as: Option<String>) -> Option<LinkAnswer> {
        let Self { choice, comment, shown } = self.clone();
        Some(LinkAnswer { choice: choice?, comment: Some(comment), shown, signed_in_as })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=utf-8");
    const JSON: Option<&str> = Some("application/json");

    #[test]
    fn a_form_and_json_say_the_same() {
        let form = b"choice=reject&comment=too+risky%0D%0A%C3%A9&shown=abc&more=x";
        let json = br#"{ "choice": "reject", "comment": "too risky\r\n\u00e9", "shown": "abc" }"#;
        let read = Submission::read(FORM, form).unwrap();
        assert_eq!(read.comment, "too risky\né");
        assert_eq!(read.choice, Some(Choice::Reject));
        assert_eq!(Submission::read(JSON, json).unwrap(), read);
    }

    #[test]
    fn nothing_chosen_is_no_answer() {
        for body in [&b""[..], b"comment=yes", b"choice=", b"choice=Approve", b"choice=maybe"] {
            let read = Submission::read(FORM, body).unwrap();
            assert_eq!(read.choice, None);
            assert!(read.answer(None).is_none());
        }
        assert_eq!(Submission::read(JSON, b"{}").unwrap().choice, None);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let large = vec![b'x'; Submission::MOST_BYTES + 1];
        assert_eq!(Submission::read(FORM, &large), Err(Problem::TooLarge));
        assert_eq!(Submission::read(Some("text/plain"), b"choice=approve"), Err(Problem::UnsupportedMediaType));
        assert_eq!(Submission::read(None, b"choice=approve"), Err(Problem::UnsupportedMediaType));
        for unreadable in ["", "[]", r#"{ "choice": "maybe" }"#, r#"{ "choice": "approve", "cc": "x" }"#] {
            assert_eq!(Submission::read(JSON, unreadable.as_bytes()), Err(Problem::Unreadable), "{unreadable}");
        }
    }

    #[test]
    fn the_longest_comment_fits() {
        let comment = "𝄞".repeat(crate::Approval::MOST_COMMENT);
        let form: String = form_urlencoded::Serializer::new(String::new()).append_pair("comment", &comment).finish();
        assert_eq!(Submission::read(FORM, form.as_bytes()).unwrap().comment, comment);
    }

    proptest! {
        #[test]
        fn no_body_upsets_it(body: Vec<u8>) {
            let _ = Submission::read(FORM, &body);
            let _ = Submission::read(JSON, &body);
        }
    }
}
