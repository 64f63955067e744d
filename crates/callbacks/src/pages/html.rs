//! Pages for people.

use std::time::Duration;

use askama::Template;

use super::{
    Page, Problem, Submission, UserText,
    facts::{Facts, Moment, name},
    problem::Field,
    texts::{Outcome, Texts, texts},
    view::{Asked, Delivery, Standing, View},
};
use crate::{Approval, Choice, CommentRule, PersonAnswer};

/// The one stylesheet, within every page; the headers name its hash.
pub(crate) const STYLE: &str = include_str!("../../templates/style.css");

#[derive(Template)]
#[template(path = "question.html")]
struct Question<'a> {
    texts: &'static Texts,
    facts: Facts,
    left: String,
    people: Vec<Person>,
    form: Form<'a>,
}

#[derive(Template)]
#[template(path = "outcome.html")]
struct Became {
    texts: &'static Texts,
    heading: &'static str,
    lines: Vec<String>,
    kind: &'static str,
    yours: Option<Answer>,
    comment: Option<UserText>,
    ending: Option<Ending>,
    facts: Facts,
    people: Vec<Person>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message {
    texts: &'static Texts,
    heading: &'static str,
    detail: String,
}

/// Somebody who is asked.
struct Person {
    name: UserText,
    you: bool,
    answer: Option<Answer>,
    /// Who has answered in their name.
    by: Option<UserText>,
    none: &'static str,
}

struct Answer {
    choice: &'static str,
    kind: &'static str,
    at: Moment,
}

/// When it ended, and what was said about it.
struct Ending {
    label: &'static str,
    at: Moment,
    withdrawal: Option<(UserText, UserText)>,
}

struct Form<'a> {
    shown: String,
    approve: bool,
    reject: bool,
    comment: &'a str,
    comment_label: &'static str,
    comment_hint: String,
    comment_required: bool,
    error: Option<FormError>,
}

struct FormError {
    title: &'static str,
    detail: String,
    /// Where it is to be put right.
    field: Option<Field>,
}

pub(super) fn render(page: &Page<'_>) -> String {
    let texts = texts();
    let rendered = match (&page.view, page.problem) {
        (Some(view), problem) if view.standing() == Standing::Open => {
            question(view, problem, page.sent, texts).render()
        }
        (Some(view), problem) => became(view, problem, texts).render(),
        (None, problem) => {
            let (heading, detail) = (texts.problem)(problem.unwrap_or(Problem::UnknownLink));
            Message { texts, heading, detail }.render()
        }
    };
    rendered.unwrap_or_default() // writing into a string does not fail
}

fn question<'a>(
    view: &View<'_>,
    problem: Option<Problem>,
    sent: Option<&'a Submission>,
    texts: &'static Texts,
) -> Question<'a> {
    let approval = view.approval;
    let choice = sent.and_then(|sent| sent.choice);
    let error = problem.map(|problem| {
        let (title, detail) = (texts.problem)(problem);
        FormError { title, detail, field: problem.field() }
    });
    let left = Duration::try_from(view.request.deadline_at.duration_since(view.now)).unwrap_or_default();
    Question {
        texts,
        facts: Facts::of(view.request, view.approval, view.you(), texts),
        left: (texts.left)(left),
        people: view.asked().map(|asked| Person::of(&asked, texts.labels.no_answer_yet, texts)).collect(),
        form: Form {
            shown: view.request.digest(),
            approve: choice == Some(Choice::Approve),
            reject: choice == Some(Choice::Reject),
            comment: sent.map_or("", |sent| &sent.comment),
            comment_label: (texts.form.comment)(approval.comment),
            comment_hint: (texts.form.comment_hint)(Approval::MOST_COMMENT),
            comment_required: approval.comment == CommentRule::Required,
            error,
        },
    }
}

fn became(view: &View<'_>, problem: Option<Problem>, texts: &'static Texts) -> Became {
    let (standing, approval) = (view.standing(), view.approval);
    let yours = view.your_answer();
    let said = (texts.outcome)(&Outcome {
        standing,
        your_choice: yours.map(|answer| answer.choice),
        problem,
        then: approval.then,
        approvals: view.count(Choice::Approve),
        needed: approval.approvals_needed,
    });
    let none = if standing == Standing::Waiting { texts.labels.no_answer_yet } else { texts.labels.no_answer };
    Became {
        texts,
        heading: said.heading,
        lines: said.lines,
        kind: kind(standing, yours, problem),
        yours: yours.map(|answer| Answer::of(answer, texts)),
        comment: yours.and_then(|answer| answer.comment.as_deref()).map(UserText::text),
        ending: Ending::of(standing, texts),
        facts: Facts::of(view.request, view.approval, view.you(), texts),
        people: view.asked().map(|asked| Person::of(&asked, none, texts)).collect(),
    }
}

/// How it looks: done where an answer of theirs counts.
fn kind(standing: Standing<'_>, yours: Option<&PersonAnswer>, problem: Option<Problem>) -> &'static str {
    match (standing, yours, problem) {
        (Standing::Decided { delivery: Delivery::TooLate | Delivery::Failed, .. }, ..) => "stopped",
        (Standing::Waiting | Standing::Decided { .. }, Some(_), None) => "done",
        _ => "stopped",
    }
}

impl Person {
    fn of(asked: &Asked<'_>, none: &'static str, texts: &Texts) -> Self {
        let by = asked.answer.map(|answer| answer.by.as_str());
        Self {
            name: name(asked.approver),
            you: asked.you,
            answer: asked.answer.map(|answer| Answer::of(answer, texts)),
            by: by.filter(|by| *by != asked.approver.address).map(UserText::line),
            none,
        }
    }
}

impl Answer {
    fn of(answer: &PersonAnswer, texts: &Texts) -> Self {
        let kind = match answer.choice {
            Choice::Approve => "approved",
            Choice::Reject => "rejected",
        };
        Self { choice: (texts.answered)(answer.choice), kind, at: Moment::of(answer.at, texts) }
    }
}

impl Ending {
    fn of(standing: Standing<'_>, texts: &Texts) -> Option<Self> {
        let labels = &texts.labels;
        let (label, at, withdrawal) = match standing {
            Standing::Open | Standing::Waiting => return None,
            Standing::Decided { at, .. } => (labels.decided_at, at, None),
            Standing::Expired { at } | Standing::NobodyWaits { at } => (labels.ended_at, at, None),
            Standing::Withdrawn { by, reason, at } => {
                (labels.withdrawn_at, at, Some((UserText::line(by), UserText::text(reason))))
            }
        };
        Some(Self { label, at: Moment::of(at, texts), withdrawal })
    }
}
