//! Who is asked about a callback.

use callbacks::{Ask, Request};

/// Those who are asked by the bridge, in their order: addresses of people, or the name of a destination.
pub(super) fn people(request: &Request) -> Vec<&str> {
    match &request.ask {
        Ask::Approval(approval) => approval.approvers.iter().map(|approver| &*approver.address).collect(),
        Ask::Webhook(webhook) => vec![&webhook.destination],
        Ask::Urls {} => Vec::new(),
    }
}
