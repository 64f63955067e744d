//! What the answers so far come to.

use std::collections::BTreeMap;

use super::{Choice, PersonAnswer};
use crate::Approval;

/// Approved when enough approve; rejected when one with a veto does, or when enough cannot approve any more.
pub(super) fn tally(approval: &Approval, answers: &BTreeMap<u8, PersonAnswer>) -> Option<Choice> {
    let count = |choice: Choice| answers.values().filter(|answer| answer.choice == choice).count();
    let (approvals, rejections) = (count(Choice::Approve), count(Choice::Reject));
    let needed = usize::from(approval.approvals_needed);
    if approval.veto && rejections > 0 {
        Some(Choice::Reject)
    } else if approvals >= needed {
        Some(Choice::Approve)
    } else if approval.approvers.len() - rejections < needed {
        Some(Choice::Reject)
    } else {
        None
    }
}
