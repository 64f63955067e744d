//! Notices to people.

use crate::{Approval, Approver, CapabilityLink, NoticeKind, Request};

/// A notice to one approver.
#[derive(Debug)]
pub struct OutgoingNotice<'a> {
    /// The task that waits.
    pub request: &'a Request,
    /// What they are asked.
    pub approval: &'a Approval,
    /// Who they are.
    pub approver: &'a Approver,
    /// Whether they are asked or reminded.
    pub kind: NoticeKind,
    /// Their way to the question, for nobody else.
    pub link: CapabilityLink,
}

/// What brings notices to people: mail, chat.
pub trait Notifier: Send + Sync {
    /// Sends a notice.
    ///
    /// # Errors
    /// When it may not have gone out. It is tried again later.
    fn send(&self, notice: &OutgoingNotice<'_>) -> impl Future<Output = Result<(), NotifyError>> + Send;
}

/// Why a notice did not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotifyError(pub String);
