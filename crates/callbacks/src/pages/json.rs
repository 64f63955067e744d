//! Pages for programs.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Page,
    view::{Asked, Delivery, Standing, View},
};
use crate::{CallbackId, Choice, CommentRule, Detail, PersonAnswer, Then};

/// The same as a page shows. The texts of people are as they typed them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    callback_id: CallbackId,
    status: Status,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    #[serde(skip_serializing_if = "<[Detail]>::is_empty")]
    details: &'a [Detail],
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_by: Option<&'a str>,
    asked_at: Timestamp,
    deadline_at: Timestamp,
    at_deadline: Then,
    approvals_needed: u8,
    veto: bool,
    comment: CommentRule,
    you: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    your_answer: Option<&'a PersonAnswer>,
    approvals: usize,
    rejections: usize,
    approvers: Vec<Person<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision<'a>>,
    /// What an answer repeats.
    shown: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Open,
    Approved,
    Rejected,
    Expired,
    Withdrawn,
    NobodyWaits,
}

#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Decision<'a> {
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// RFC 9457, with the callback where it is known.
#[derive(Serialize)]
struct ProblemDetails<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<Resource<'a>>,
}

pub(super) fn render(page: &Page<'_>) -> String {
    let callback = page.view.as_ref().map(Resource::of);
    let written = match page.problem {
        None => serde_json::to_string(&callback),
        Some(problem) => {
            let (title, detail) = problem.texts();
            let (r#type, status) = (problem.type_uri(), problem.status());
            serde_json::to_string(&ProblemDetails { r#type, title, status, detail, callback })
        }
    };
    written.unwrap_or_default() // structures of texts and numbers have a form in JSON
}

impl<'a> Resource<'a> {
    fn of(view: &View<'a>) -> Self {
        let (request, approval) = (view.request, view.approval);
        let (status, decision) = status(view.standing());
        Self {
            callback_id: request.id,
            status,
            title: &approval.title,
            summary: &approval.summary,
            details: &approval.details,
            requested_by: approval.requested_by.as_deref(),
            asked_at: request.began_at,
            deadline_at: request.deadline_at,
            at_deadline: approval.then,
            approvals_needed: approval.approvals_needed,
            veto: approval.veto,
            comment: approval.comment,
            you: view.you().display_name(),
            your_answer: view.your_answer(),
            approvals: view.count(Choice::Approve),
            rejections: view.count(Choice::Reject),
            approvers: view.asked().map(|asked| Person::of(&asked)).collect(),
            decision,
            shown: request.digest(),
        }
    }
}

impl<'a> Person<'a> {
    fn of(asked: &Asked<'a>) -> Self {
        let answer = asked.answer;
        Self {
            name: asked.approver.display_name(),
            choice: answer.map(|answer| answer.choice),
            at: answer.map(|answer| answer.at),
        }
    }
}

fn status(standing: Standing<'_>) -> (Status, Option<Decision<'_>>) {
    let decision = |at| Decision { at, delivery: None, by: None, reason: None };
    match standing {
        Standing::Open | Standing::Waiting => (Status::Open, None),
        Standing::Decided { choice, at, delivery } => {
            let status = match choice {
                Choice::Approve => Status::Approved,
                Choice::Reject => Status::Rejected,
            };
            (status, Some(Decision { delivery: Some(delivery), ..decision(at) }))
        }
        Standing::Expired { at } => (Status::Expired, Some(decision(at))),
        Standing::Withdrawn { by, reason, at } => {
            (Status::Withdrawn, Some(Decision { by: Some(by), reason: Some(reason), ..decision(at) }))
        }
        Standing::NobodyWaits { .. } => (Status::NobodyWaits, None),
    }
}
