//! The provider is too late: it was silent, the time was over, or the payment was taken back.

use std::time::Duration;

use aws_sdk_sfn::types::HistoryEventType;
use callback_bridge::Disposition;
use callback_bridge_local::provider::{SignedEvent, Word, payees};
use callbacks::{Outcome, Status};

use super::bench::{Payments, Task, in_short, message, run, run_on};
use crate::{
    bench::{PATIENCE, stack},
    late::LateAnswers,
};

/// What the provider is told when it answers, by the link and by an event, and what is told of that.
async fn answers_late(payments: &Payments<'_>, late: &LateAnswers<'_>, task: &Task, problem: &str, why: &str) {
    let (provider, paid) = (&payments.sample.provider, Word::Answer(task.payment.paid()));
    let by_link = provider.say(&task.payment, &paid, None).await.unwrap();
    assert_eq!(in_short(&by_link), (410, problem));
    let told = late.next_about(&task.payment.callback_id).await;
    assert_eq!((&told["why"], &told["source"]["kind"]), (&why.into(), &"link".into()));
    assert_eq!(told["destination"], "payment-provider");
    assert_eq!(told["answer"]["output"], task.payment.paid());

    let event = SignedEvent::paid(&task.payment);
    for _ in 0..2 {
        assert_eq!(in_short(&provider.send(&event).await.unwrap()), (409, problem));
    }
    let told = late.next_about(&task.payment.callback_id).await;
    assert_eq!((&told["why"], &told["source"]["id"]), (&why.into(), &event.id().into()));
    late.assert_none_about(&task.payment.callback_id).await; // what comes again is told once
}

#[test]
fn an_answer_after_the_deadline_is_refused_before_and_after_the_sweep() {
    run("webhook-expired", async |payments| {
        let late = LateAnswers::of(payments.sample).await;
        let task = payments.called(payees::FORGOTTEN).await;
        payments.bridge.time_passes(&task.link, Duration::from_hours(1)).await;
        answers_late(payments, &late, &task, "expired", "expired").await;
        assert!(payments.bridge.is_running(&task.execution).await, "nobody has swept");
        assert_eq!(payments.state_of(&task).await.status, Status::Pending);

        payments.bridge.sweep().await;
        let cause = payments.bridge.fails(&task.execution, "Bridge.Expired").await;
        assert!(message(&cause).starts_with("payment-provider has not answered until "), "{cause}");
        assert_eq!(payments.decision_of(&task).await.outcome, Outcome::Expired);
        answers_late(payments, &late, &task, "expired", "expired").await;
        assert_eq!(payments.responses(&task), [202]);
    });
}

#[test]
fn an_answer_after_the_payment_was_taken_back_is_refused() {
    run("webhook-withdrawn", async |payments| {
        let late = LateAnswers::of(payments.sample).await;
        let task = payments.called(payees::FORGOTTEN).await;
        payments.bridge.withdraw(&task.link, "carol", "paid in cash").await;
        let cause = payments.bridge.fails(&task.execution, "Bridge.Withdrawn").await;
        assert_eq!(message(&cause), "withdrawn by carol: paid in cash");
        assert!(matches!(payments.decision_of(&task).await.outcome, Outcome::Withdrawn(_)));
        answers_late(payments, &late, &task, "withdrawn", "withdrawn").await;
    });
}

/// A provider that went silent, as Step Functions has noticed. Here time really passes.
async fn silent(payments: &Payments<'_>) -> Task {
    let task = payments.called(payees::FORGOTTEN).await;
    let ended = payments.sample.end_of(&task.execution, PATIENCE).await.unwrap();
    assert_eq!(ended.error.as_deref(), Some("Payment.TimedOut"));
    let history = payments.sample.history_of(&task.execution).await.unwrap();
    let timed_out = history.iter().find(|event| event.r#type == HistoryEventType::TaskTimedOut).unwrap();
    let error = timed_out.task_timed_out_event_details.as_ref().unwrap().error.as_deref();
    assert_eq!(error, Some("States.Timeout"), "a lost heartbeat, too, is called so in the history");
    task
}

#[test]
fn a_heartbeat_that_comes_too_late_closes_the_callback_and_the_answer_is_refused() {
    let stack = stack("webhook-silent").parameter("PaymentHeartbeatSeconds", "2");
    run_on(stack, Duration::ZERO, async |payments| {
        let late = LateAnswers::of(payments.sample).await;
        let task = silent(payments).await;
        let beat = payments.sample.provider.say(&task.payment, &Word::Heartbeat, None).await.unwrap();
        assert_eq!(in_short(&beat), (410, "nobody-waits"));
        let status = payments.state_of(&task).await.status;
        let closed = Disposition::Closed;
        assert!(matches!(status, Status::Settled { decision: None, disposition, .. } if disposition == closed));
        answers_late(payments, &late, &task, "nobody-waits", "nobodyWaits").await;
    });
}

#[test]
fn an_answer_of_a_provider_that_was_silent_too_long_is_recorded_and_told_as_late() {
    let stack = stack("webhook-too-silent").parameter("PaymentHeartbeatSeconds", "2");
    run_on(stack, Duration::ZERO, async |payments| {
        let late = LateAnswers::of(payments.sample).await;
        let task = silent(payments).await;
        let (provider, paid) = (&payments.sample.provider, Word::Answer(task.payment.paid()));
        for _ in 0..2 {
            let reply = provider.say(&task.payment, &paid, None).await.unwrap();
            assert_eq!((in_short(&reply), &reply.body["delivery"]), ((200, "succeeded"), &"tooLate".into()));
        }
        assert_eq!(late.next_about(&task.payment.callback_id).await["why"], "nobodyWaits");
        late.assert_none_about(&task.payment.callback_id).await; // what comes again is told once
    });
}
