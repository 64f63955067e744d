//! The provider says more than once what became of a payment: the first counts.

use callback_bridge_local::provider::{Way, payees};
use callbacks::Source;

use super::bench::{in_short, run};
use crate::late::LateAnswers;

#[test]
fn the_same_answer_again_is_taken_again() {
    run("webhook-twice", async |payments| {
        let task = payments.pay(payees::TWICE).await;
        let said = payments.said(&task, 2).await;
        let replies: Vec<_> = said.iter().map(|(way, reply)| (*way, in_short(reply))).collect();
        assert_eq!(replies, [(Way::Answer, (200, "succeeded")); 2]);
        assert_eq!(said[0].1.body["decidedAt"], said[1].1.body["decidedAt"]);
        payments.is_paid(&task, &Source::Link).await;
    });
}

#[test]
fn the_contrary_is_refused_and_told_to_whoever_owns_the_process() {
    run("webhook-contrary", async |payments| {
        let late = LateAnswers::of(payments.sample).await;
        let task = payments.pay(payees::CONTRARY).await;
        let said = payments.said(&task, 2).await;
        let replies: Vec<_> = said.iter().map(|(_, reply)| in_short(reply)).collect();
        assert_eq!(replies, [(200, "succeeded"), (409, "decided")]);
        assert_eq!(said[1].1.body["callback"]["status"], "succeeded", "it is told the truth");
        payments.is_paid(&task, &Source::Link).await;
        let event = late.next_about(&task.payment.callback_id).await;
        assert_eq!((&event["why"], &event["source"]["kind"]), (&"answeredOtherwise".into(), &"link".into()));
        assert_eq!(event["answer"]["error"], "Payment.Failed");
        assert_eq!(event["answer"]["cause"], "it was sent back");
        assert_eq!((&event["execution"], &event["state"]), (&task.execution.as_str().into(), &"Pay".into()));
    });
}

#[test]
fn another_body_under_the_id_of_an_event_is_refused() {
    run("webhook-replayed", async |payments| {
        let task = payments.pay(payees::REPLAYED).await;
        let said = payments.said(&task, 2).await;
        assert!(matches!(in_short(&said[0].1), (200, "succeeded") | (202, "kept")), "{said:?}");
        assert_eq!(in_short(&said[1].1), (422, "key-reused"));
        payments.is_paid_by_event(&task).await;
    });
}
