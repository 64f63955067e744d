//! The shape of `approval` in a message, before it is checked.

use serde::Deserialize;

use super::{Channel, CommentRule, Detail, OnReject, Then};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Approval {
    pub(super) title: String,
    #[serde(default)]
    pub(super) summary: String,
    #[serde(default)]
    pub(super) details: Vec<Detail>,
    pub(super) requested_by: Option<String>,
    pub(super) approvers: Vec<Approver>,
    #[serde(default)]
    pub(super) policy: Policy,
    #[serde(default)]
    pub(super) comment: CommentRule,
    pub(super) deadline: Option<Deadline>,
    #[serde(default)]
    pub(super) remind_after_seconds: Vec<u64>,
    #[serde(default)]
    pub(super) on_reject: OnReject,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "an address, or an object with an address, and perhaps a name and a channel")]
pub(super) enum Approver {
    Address(String),
    Described(Described),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    pub(super) address: String,
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) channel: Channel,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    #[serde(default)]
    pub(super) approvals: Approvals,
    #[serde(default)]
    pub(super) veto: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "\"any\", \"all\" or a number")]
pub(super) enum Approvals {
    Named(Named),
    Number(u64),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Named {
    Any,
    All,
}

impl Default for Approvals {
    fn default() -> Self {
        Self::Named(Named::Any)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Deadline {
    pub(super) after_seconds: u64,
    #[serde(default)]
    pub(super) then: Then,
}
