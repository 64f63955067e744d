//! What a question says, in words that can be shown: on pages, in mails and in chat.

use jiff::Timestamp;

use super::{
    UserText,
    texts::{Policy, Texts},
};
use crate::{Approval, Approver, Request};

pub(crate) struct Facts {
    pub(crate) title: UserText,
    pub(crate) summary: UserText,
    pub(crate) details: Vec<Fact>,
    pub(crate) requested_by: Option<UserText>,
    pub(crate) you: UserText,
    pub(crate) deadline: Moment,
    pub(crate) then: &'static str,
    pub(crate) policy: String,
    /// The id of the callback, for those who look into logs.
    pub(crate) reference: String,
}

pub(crate) struct Fact {
    pub(crate) label: UserText,
    pub(crate) value: UserText,
}

/// A moment, for machines and for people.
pub(crate) struct Moment {
    pub(crate) machine: String,
    pub(crate) people: String,
}

impl Facts {
    pub(crate) fn of(request: &Request, approval: &Approval, you: &Approver, texts: &Texts) -> Self {
        let details = approval.details.iter();
        let details =
            details.map(|detail| Fact { label: UserText::line(&detail.label), value: UserText::text(&detail.value) });
        let (needed, asked, veto) = (approval.approvals_needed, approval.approvers.len(), approval.veto);
        Self {
            title: UserText::line(&approval.title),
            summary: UserText::text(approval.summary.trim_end()),
            details: details.collect(),
            requested_by: approval.requested_by.as_deref().map(UserText::line),
            you: name(you),
            deadline: Moment::of(request.deadline_at, texts),
            then: (texts.then)(approval.then),
            policy: (texts.policy)(Policy { needed, asked, veto }),
            reference: request.id.to_string(),
        }
    }
}

impl Moment {
    pub(crate) fn of(at: Timestamp, texts: &Texts) -> Self {
        Self { machine: at.to_string(), people: (texts.moment)(at) }
    }
}

pub(crate) fn name(approver: &Approver) -> UserText {
    UserText::line(approver.display_name())
}
