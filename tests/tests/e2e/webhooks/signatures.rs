//! Events that do not prove who sent them change nothing.

use callback_bridge_local::provider::{SignedEvent, payees};
use callbacks::Status;

use super::bench::{in_short, run};

#[test]
fn an_event_that_does_not_prove_itself_changes_nothing() {
    run("webhook-signatures", async |payments| {
        for (payee, problem) in
            [(payees::FORGED, "bad-signature"), (payees::UNSIGNED, "bad-signature"), (payees::STALE, "stale")]
        {
            let task = payments.called(payee).await;
            let said = payments.said(&task, 1).await;
            assert_eq!(in_short(&said[0].1), (401, problem), "{payee}");
            let before = payments.state_of(&task).await;
            assert_eq!(before.status, Status::Pending);
            let items = payments.bridge.items().await.len();
            let [forged, unsigned] =
                [SignedEvent::failed(&task.payment, "no").forged(), SignedEvent::paid(&task.payment).unsigned()];
            for event in [forged, unsigned] {
                let reply = payments.sample.provider.send(&event).await.unwrap();
                assert_eq!(in_short(&reply), (401, "bad-signature"), "{payee}");
            }
            assert_eq!(payments.state_of(&task).await, before, "{payee}");
            assert_eq!(payments.bridge.items().await.len(), items, "nothing is kept of it");
            assert!(payments.bridge.is_running(&task.execution).await);

            let good = payments.sample.provider.send(&SignedEvent::paid(&task.payment)).await.unwrap();
            assert_eq!(in_short(&good), (200, "succeeded"), "{payee}");
            payments.is_paid_by_event(&task).await;
            assert_eq!(payments.responses(&task), [202]);
        }
    });
}
