//! Mails that SES does not take.

use std::time::Duration;

use callback_bridge_local::CallFault;
use serde_json::json;

use super::{super::bench::run, MAIL};

#[test]
fn a_mail_that_is_refused_is_tried_again_alone() {
    run("refused-mail", async |people| {
        people.inject_call(MAIL, CallFault::refuse(400, "MessageRejected"));
        let execution = people.ask(&["alice", "bob", "carol"], json!({})).await;
        people.parked(1).await;
        let mails = people.mails().await;
        let link = mails[0].link().unwrap();
        assert_eq!((mails.len(), people.sweep().await), (2, 0), "it is too early for the third");

        let refusing = people.inject_lasting_call(MAIL, CallFault::refuse(400, "MessageRejected"));
        people.time_passes(link, Duration::from_mins(1)).await;
        assert_eq!((people.sweep().await, people.mails().await.len()), (1, 2), "it is refused again");
        refusing.take_back();

        people.time_passes(link, Duration::from_hours(1)).await;
        assert_eq!([people.sweep().await, people.sweep().await], [1, 0]);
        for name in ["alice", "bob", "carol"] {
            assert_eq!(people.mails_to(name).await.len(), 1, "{name}");
        }
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
    });
}
