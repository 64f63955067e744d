//! Which page is the answer to a request.

use jiff::Timestamp;

use super::{
    Format, Problem, Response, Submission, html, json,
    view::{Standing, View},
};
use crate::{Callback, PersonAnswer};

/// What is shown to somebody who opened a link or answered by it.
pub struct Page<'a> {
    pub(super) view: Option<View<'a>>,
    pub(super) problem: Option<Problem>,
    pub(super) sent: Option<&'a Submission>,
}

impl<'a> Page<'a> {
    /// The page of a link that was opened: the question, or what has become of it.
    #[must_use]
    pub fn opened(callback: &'a Callback, approver: u8, now: Timestamp) -> Self {
        Self::of(callback, approver, now, |view| view.standing().gone())
    }

    /// The page after an answer that was taken, now or before. That it is recorded is never shown as an error.
    #[must_use]
    pub fn answered(callback: &'a Callback, approver: u8, now: Timestamp) -> Self {
        Self::of(callback, approver, now, |_| None)
    }

    /// The page after an answer that was not taken: the form again with what was typed, or why there is no form any more.
    ///
    /// For a table in trouble ([`Problem::NotRecorded`]) read the callback again first: if what was sent is there, this is
    /// the page after an answer that was taken.
    #[must_use]
    pub fn refused(
        problem: Problem,
        callback: &'a Callback,
        approver: u8,
        now: Timestamp,
        sent: &'a Submission,
    ) -> Self {
        // Who was told that it is too late is not shown a form by a clock that is slower.
        let now = if problem == Problem::Expired { now.max(callback.request.deadline_at) } else { now };
        let page = Self::of(callback, approver, now, |view| match (view.standing(), view.your_answer()) {
            (Standing::Open, _) => Some(problem),
            (_, Some(answer)) if same(answer, sent) => None,
            (Standing::Waiting | Standing::Decided { .. }, Some(_)) => Some(Problem::AnsweredOtherwise),
            (standing, _) => Some(standing.gone().unwrap_or(Problem::Decided)),
        });
        Self { sent: Some(sent), ..page }
    }

    fn of(
        callback: &'a Callback,
        approver: u8,
        now: Timestamp,
        problem: impl Fn(&View<'a>) -> Option<Problem>,
    ) -> Self {
        match View::new(callback, approver, now) {
            None => Self::from(Problem::UnknownLink),
            Some(view) => Self { view: Some(view), problem: problem(&view), sent: None },
        }
    }

    /// The page as it is sent: 200, or the status of its problem.
    #[must_use]
    pub fn response(&self, format: Format) -> Response {
        match format {
            Format::Html => Response::new(self.problem, "text/html; charset=utf-8", html::render(self)),
            Format::Json if self.problem.is_some() => {
                Response::new(self.problem, "application/problem+json", json::render(self))
            }
            Format::Json => Response::new(None, "application/json", json::render(self)),
        }
    }
}

/// A page about nothing but what is wrong.
impl From<Problem> for Page<'_> {
    fn from(problem: Problem) -> Self {
        Self { view: None, problem: Some(problem), sent: None }
    }
}

fn same(answer: &PersonAnswer, sent: &Submission) -> bool {
    Some(answer.choice) == sent.choice && answer.comment.as_deref().unwrap_or_default() == sent.comment.trim()
}
