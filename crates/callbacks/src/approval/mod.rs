//! What people are asked: `approval` of a message.

mod check;
mod raw;
#[cfg(test)]
mod tests;

use std::time::Duration;

use callback_bridge::InvalidField;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use check::same_person;

/// A question to people, checked: everything in it can be shown, asked and decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// What is decided, in one line of 1 to 200 characters.
    pub title: String,
    /// More about it: plain text of up to 4,000 characters, whose line breaks are kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Up to 30 facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Who asks, if it is said. They are not asked themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// Who is asked: 1 to 20, none of them twice, and not who asks.
    pub approvers: Vec<Approver>,
    /// How many approvals make it approved: 1 to the number of approvers.
    pub approvals_needed: u8,
    /// Whether one rejection is enough.
    #[serde(default)]
    pub veto: bool,
    /// Whether a comment is wanted.
    #[serde(default)]
    pub comment: CommentRule,
    /// How long after the task began the question is open; nothing where the message does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// What happens then.
    #[serde(default)]
    pub then: Then,
    /// How long after the task began those who have not answered are reminded, in ascending order; up to 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Duration>,
    /// How the task ends when it is rejected.
    #[serde(default)]
    pub on_reject: OnReject,
}

/// A fact beside the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// What it is, in 1 to 100 characters.
    pub label: String,
    /// The fact, in up to 1,000 characters.
    pub value: String,
}

/// Somebody, or a channel of several, who is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approver {
    /// Where they are reached: an e-mail address, or the name of a channel.
    pub address: String,
    /// What they are called, if it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// By what they are reached.
    pub channel: Channel,
}

impl Approver {
    /// What they are called on pages.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.address)
    }
}

/// By what somebody is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Channel {
    /// E-mail.
    #[default]
    Email,
    /// An incoming webhook as Slack has them, registered by name.
    Slack,
}

/// When a comment is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CommentRule {
    /// It may be left out.
    #[default]
    Optional,
    /// Every answer needs one.
    Required,
    /// A rejection needs one.
    RequiredOnReject,
}

/// What happens at the deadline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Then {
    /// The task fails with `Bridge.Expired`.
    #[default]
    Fail,
    /// It counts as approved.
    Approve,
    /// It counts as rejected.
    Reject,
}

/// How a task ends that was rejected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnReject {
    /// With an output that says so.
    #[default]
    Succeed,
    /// It fails with `Bridge.Rejected`.
    Fail,
}

impl Approval {
    /// The longest comment to an answer, in characters.
    pub const MOST_COMMENT: usize = 500;

    /// Reads and checks the field `approval` of a message.
    ///
    /// # Errors
    /// When it has another shape than documented, an unknown field, or asks for what cannot be; the error names the field.
    pub fn read(approval: Value) -> Result<Self, InvalidField> {
        check::objects(&approval)?;
        let raw: raw::Approval =
            serde_path_to_error::deserialize(approval).map_err(|error| InvalidField::within("approval", &error))?;
        check::checked(raw)
    }
}
