//! A notice, for the tests of what brings it.

use std::time::Duration;

use callback_bridge::{TaskContext, TaskToken};
use callbacks::{
    Approval, Approver, Ask, CapabilityLink, Channel, LinkKeys, NoticeKind, OutgoingNotice, Recipient, Request, Waiting,
};

pub(crate) const BASE_URL: &str = "https://approve.example.com";

/// Has `bring` bring a notice to this address.
pub(crate) async fn to<T>(address: &str, channel: Channel, bring: impl AsyncFnOnce(&OutgoingNotice<'_>) -> T) -> T {
    let approval = serde_json::json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
    let waiting = Waiting {
        attempt: TaskToken::new("t").unwrap().attempt_id(),
        context: TaskContext::default(),
        sent_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        heartbeat: None,
        timeout: Some(Duration::from_hours(1)),
    };
    let approval = Approval::read(approval).unwrap();
    let request = Request::new(waiting, Ask::Approval(approval.clone())).unwrap();
    let approver = Approver { address: address.to_owned(), name: None, channel };
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    let link = CapabilityLink::new(&keys, request.id, Recipient::Approver(0), 0);
    bring(&OutgoingNotice { request: &request, approval: &approval, approver: &approver, kind: NoticeKind::Ask, link })
        .await
}
