//! The provider does not take a call, and is called again.

use std::time::Duration;

use callback_bridge_local::provider::{PAYMENT_PROVIDER, payees};
use callbacks::{Outcome, Source, Status};

use super::bench::{message, run};

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn a_busy_provider_is_called_again_by_the_sweep_with_the_same_id() {
    run("webhook-busy", async |payments| {
        let task = payments.called(payees::BUSY).await;
        assert_eq!(payments.responses(&task), [429]);
        assert_eq!((payments.bridge.sweep().await, payments.responses(&task).len()), (0, 1), "it is too early");
        payments.bridge.time_passes(&task.link, MINUTE).await;
        assert_eq!(
            [payments.bridge.sweep().await, payments.bridge.sweep().await],
            [2, 0],
            "it is called, and its answer told"
        );
        payments.is_paid(&task, &Source::Response).await;
        assert_eq!(payments.responses(&task), [429, 200]);
    });
}

#[test]
fn a_provider_in_trouble_is_called_until_the_deadline() {
    run("webhook-broken", async |payments| {
        let task = payments.called(payees::BROKEN).await;
        // At most twice as long each time.
        for (calls, minutes) in [(2, 1), (3, 2), (4, 4), (5, 8), (6, 16)] {
            payments.bridge.time_passes(&task.link, MINUTE * minutes).await;
            assert_eq!([payments.bridge.sweep().await, payments.bridge.sweep().await], [1, 0]);
            assert_eq!(payments.responses(&task), vec![500; calls]);
        }
        assert_eq!(payments.state_of(&task).await.status, Status::Pending);
        assert!(payments.bridge.is_running(&task.execution).await);
        payments.bridge.time_passes(&task.link, MINUTE * 60).await;
        payments.bridge.sweep().await;
        let cause = payments.bridge.fails(&task.execution, "Bridge.WebhookUnreachable").await;
        assert!(message(&cause).starts_with(&format!("{PAYMENT_PROVIDER} could not be reached until ")), "{cause}");
        assert!(message(&cause).contains("replied with 500"), "{cause}");
        assert_eq!(payments.decision_of(&task).await.outcome, Outcome::Expired);
        assert_eq!((payments.bridge.sweep().await, payments.responses(&task).len()), (0, 6));
    });
}
