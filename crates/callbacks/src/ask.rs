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
    /// Whoever calls one of its URLs answers. What they mean is stored beside: they may become more.
    Urls {},
}

/// As long as an execution may run: whoever has got URLs may have said nothing about time.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const LONGEST: Duration = Duration::from_hours(365 * 24);

impl Ask {
    /// How the field of a message is called that asks.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Approval(_) => "approval",
            Self::Webhook(_) => "webhook",
            Self::Urls {} => "urls",
        }
    }

    /// How many are asked by the bridge, each by a link of their own.
    pub(crate) const fn recipients(&self) -> usize {
        match self {
            Self::Approval(approval) => approval.approvers.len(),
            Self::Webhook(_) => 1,
            Self::Urls {} => 0,
        }
    }

    /// How long after the task began it is open; nothing where the message does not say so.
    pub(crate) const fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Approval(approval) => approval.deadline,
            Self::Webhook(webhook) => webhook.deadline,
            Self::Urls {} => Some(LONGEST),
        }
    }
}
