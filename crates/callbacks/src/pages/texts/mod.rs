//! Every sentence that people read, in one place: pages, mails and chat hold none of their own.
//!
//! A language is one [`Texts`]; the compiler says what it lacks. Names and words of users are never put into a sentence:
//! they stand beside a label, so that their direction and their form are their own.

mod english;

use std::time::Duration;

use jiff::Timestamp;

use super::{Problem, view::Standing};
use crate::{Choice, CommentRule, NoticeKind, Then};

/// The language of pages and notices.
pub(crate) fn texts() -> &'static Texts {
    &english::ENGLISH
}

pub(crate) struct Texts {
    /// The language by its tag of BCP 47.
    pub(crate) lang: &'static str,
    /// The direction in which it is written: `ltr` or `rtl`.
    pub(crate) dir: &'static str,
    /// A moment, with its zone said.
    pub(crate) moment: fn(Timestamp) -> String,
    /// How much time is left.
    pub(crate) left: fn(Duration) -> String,
    /// How many have to approve.
    pub(crate) policy: fn(Policy) -> String,
    /// What follows if nobody decides in time.
    pub(crate) then: fn(Then) -> &'static str,
    /// What somebody answered.
    pub(crate) answered: fn(Choice) -> &'static str,
    /// What has become of a question, for one of those who were asked.
    pub(crate) outcome: fn(&Outcome<'_>) -> Said,
    /// What is wrong: in short, and what to do about it.
    pub(crate) problem: fn(Problem) -> (&'static str, String),
    pub(crate) labels: Labels,
    pub(crate) form: FormTexts,
    pub(crate) action: ActionTexts,
    pub(crate) notice: NoticeTexts,
}

/// How a question is decided.
pub(crate) struct Policy {
    pub(crate) needed: u8,
    pub(crate) asked: usize,
    pub(crate) veto: bool,
}

/// What has become of a question.
pub(crate) struct Outcome<'a> {
    pub(crate) standing: Standing<'a>,
    pub(crate) your_choice: Option<Choice>,
    pub(crate) problem: Option<Problem>,
    pub(crate) then: Then,
    pub(crate) approvals: usize,
    pub(crate) needed: u8,
}

/// A heading, and what is said below it.
pub(crate) struct Said {
    pub(crate) heading: &'static str,
    pub(crate) lines: Vec<String>,
}

/// What stands before something, or above it.
pub(crate) struct Labels {
    pub(crate) question: &'static str,
    pub(crate) details: &'static str,
    pub(crate) terms: &'static str,
    pub(crate) requested_by: &'static str,
    pub(crate) you_are: &'static str,
    pub(crate) decide_by: &'static str,
    pub(crate) deadline: &'static str,
    pub(crate) then: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) people: &'static str,
    pub(crate) others: &'static str,
    pub(crate) you: &'static str,
    pub(crate) by: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) no_answer_yet: &'static str,
    pub(crate) your_answer: &'static str,
    pub(crate) your_comment: &'static str,
    pub(crate) decided_at: &'static str,
    pub(crate) ended_at: &'static str,
    pub(crate) withdrawn_at: &'static str,
    pub(crate) withdrawn_by: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) reference: &'static str,
}

/// The form of an answer.
pub(crate) struct FormTexts {
    pub(crate) wanted: &'static str,
    pub(crate) legend: &'static str,
    pub(crate) approve: &'static str,
    pub(crate) reject: &'static str,
    pub(crate) comment: fn(CommentRule) -> &'static str,
    pub(crate) comment_hint: fn(usize) -> String,
    pub(crate) send: &'static str,
    pub(crate) once: &'static str,
    /// Before the title of a page whose form has an error.
    pub(crate) error: &'static str,
    pub(crate) errors: &'static str,
}

/// The page of a URL that stands for an answer.
pub(crate) struct ActionTexts {
    /// Before the name of the action.
    pub(crate) confirm: &'static str,
    /// Before the parameters of its URL.
    pub(crate) parameters: &'static str,
    pub(crate) once: &'static str,
    pub(crate) send: &'static str,
    pub(crate) taken: &'static str,
    pub(crate) taken_detail: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) name: &'static str,
    pub(crate) error: &'static str,
    pub(crate) transaction: &'static str,
}

/// Mails and chat.
pub(crate) struct NoticeTexts {
    /// The subject of a mail, before the title.
    pub(crate) subject: fn(NoticeKind) -> &'static str,
    pub(crate) heading: fn(NoticeKind) -> &'static str,
    pub(crate) open: &'static str,
    pub(crate) opening_is_safe: &'static str,
    pub(crate) for_you_alone: &'static str,
    pub(crate) for_this_channel: &'static str,
    pub(crate) more_on_the_page: &'static str,
}
