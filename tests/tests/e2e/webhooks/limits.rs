//! Responses that nothing can be made of are no answers; the call was taken all the same.

use callback_bridge_local::provider::{Payment, SignedEvent, Word, payees};
use callbacks::{Source, Status};
use serde_json::json;

use super::bench::{Payments, in_short, run};

/// How a payment is answered by the link with its own words.
async fn answers(payments: &Payments<'_>, payment: &Payment, body: serde_json::Value) -> (u16, String) {
    let reply = payments.sample.provider.say(payment, &Word::Answer(body), None).await.unwrap();
    let (status, said) = in_short(&reply);
    (status, said.to_owned())
}

#[test]
fn a_response_of_ten_megabytes_is_not_read() {
    run("webhook-huge", async |payments| {
        let task = payments.called(payees::HUGE).await;
        assert_eq!(payments.state_of(&task).await.status, Status::Pending);
        assert_eq!((payments.bridge.sweep().await, payments.responses(&task)), (0, vec![200]));
        // The id by which events speak of it was in there.
        let event = payments.sample.provider.send(&SignedEvent::paid(&task.payment)).await.unwrap();
        assert_eq!(in_short(&event), (202, "kept"));
        assert!(payments.bridge.is_running(&task.execution).await);
        assert_eq!(answers(payments, &task.payment, task.payment.paid()).await, (200, "succeeded".to_owned()));
        payments.is_paid(&task, &Source::Link).await;
    });
}

#[test]
fn a_response_that_fits_no_outcome_is_no_answer() {
    run("webhook-strange", async |payments| {
        let task = payments.called(payees::STRANGE).await;
        let before = payments.state_of(&task).await;
        assert_eq!(before.status, Status::Pending);
        assert_eq!((payments.bridge.sweep().await, payments.responses(&task)), (0, vec![200]));
        let strange = json!({ "state": { "code": 7 } });
        assert_eq!(answers(payments, &task.payment, strange).await, (422, "not-understood".to_owned()));
        assert_eq!(payments.state_of(&task).await, before);
        assert!(payments.bridge.is_running(&task.execution).await);
        assert_eq!(answers(payments, &task.payment, task.payment.paid()).await, (200, "succeeded".to_owned()));
        payments.is_paid(&task, &Source::Link).await;
    });
}
