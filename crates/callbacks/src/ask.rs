//! What is asked, and of whom.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Approval, Webhook};

/// What a parked task waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ask {
    /// People decide.
    Approval(Approval),
    /// Another system answers.
    Webhook(Webhook),
}

impl Ask {
    /// How the field of a message is called that asks.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Approval(_) => "approval",
            Self::Webhook(_) => "webhook",
        }
    }

    /// How many are asked, each by a link of their own.
    pub(crate) const fn recipients(&self) -> usize {
        match self {
            Self::Approval(approval) => approval.approvers.len(),
            Self::Webhook(_) => 1,
        }
    }

    /// How long after the task began it is open; nothing where the message does not say so.
    pub(crate) const fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Approval(approval) => approval.deadline,
            Self::Webhook(webhook) => webhook.deadline,
        }
    }
}
