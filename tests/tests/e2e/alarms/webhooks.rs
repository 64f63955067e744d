//! Alarms of webhooks: of a destination that cannot be called, of answers that came too late, and of events that somebody else
//! has signed.

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{
    CallFault, LastingFault, Sample,
    provider::{SignedEvent, payees},
};
use jiff::SignedDuration;

use super::{AGAIN, QUICK, sweep, values};
use crate::{
    bench::{PATIENCE, payment, run, stack},
    stored::{is_at_rest, pass},
    watch::Watch,
};

/// Asks for a payment, and waits until nobody works on it any more.
async fn pay(sample: &Sample, pay_to: &str) -> String {
    let execution = sample.start("PaymentStateMachineArn", &payment("invoice-7", pay_to)).await.unwrap();
    is_at_rest(sample).await;
    execution
}

/// Nobody reaches the payment provider until this is taken back.
fn closed(sample: &Sample) -> LastingFault {
    sample.provider_proxy.faults().inject_lasting("/v1/payments", CallFault::refuse(503, "ServiceUnavailable"))
}

#[test]
fn a_good_payment_raises_no_alarm() {
    run(stack("no-alarm-payment"), QUICK, async |sample| {
        let mut watch = Watch::new(sample, []);
        let execution = pay(sample, payees::BY_EVENT).await;
        watch.look().await;
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        assert_eq!(sweep(sample).await.error, None);
        watch.look().await;
        assert_eq!(watch.raised(), [""; 0]);
    });
}

#[test]
fn a_destination_that_cannot_be_called_again_raises_the_alarm_of_calls() {
    run(stack("uncalled"), QUICK, async |sample| {
        let (watch, closed) = (Watch::new(sample, []), closed(sample));
        let execution = pay(sample, payees::PROMPT).await;
        assert_eq!(watch.raised(), [""; 0], "it is called again first");
        pass(sample, AGAIN).await;
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(watch.raised(), ["CallFailingAlarm"]);
        closed.take_back();
        pass(sample, AGAIN * 2).await;
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

/// It is told again, and told when the bus takes it.
#[test]
fn a_late_answer_that_the_event_bus_does_not_take_raises_an_alarm_and_is_told_in_the_end() {
    run(stack("late-untold"), QUICK, async |sample| {
        let (watch, closed) = (Watch::new(sample, []), closed(sample));
        let execution = pay(sample, payees::PROMPT).await;
        sample.bridge.sfn().stop_execution().execution_arn(&execution).send().await.unwrap();
        closed.take_back();
        let denied = CallFault::refuse(400, "AccessDeniedException");
        let denied = sample.bridge.proxy().faults().inject_lasting("PutEvents", denied);
        pass(sample, AGAIN).await;
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(watch.raised(), ["LateAnswerAlarm"], "it was paid, and nobody waits for it");
        let told = || values(&watch.data(), "LateAnswers", "Told").into_iter().sum::<f64>();
        assert!(told().abs() < f64::EPSILON, "nobody was told");
        denied.take_back();
        pass(sample, AGAIN).await;
        assert_eq!(sweep(sample).await.error, None);
        assert!((told() - 1.0).abs() < f64::EPSILON, "somebody can make up for it");
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "events are signed with the time of day")]
fn many_events_that_are_not_signed_by_their_sender_raise_an_alarm_and_one_does_not() {
    let threshold = ("BadSignatureAlarmCount", "1");
    run(stack("forgeries").parameter(threshold.0, threshold.1), QUICK, async |sample| {
        let watch = Watch::new(sample, [threshold]);
        let execution = pay(sample, payees::FORGOTTEN).await;
        let payment = sample.provider.payment("invoice-7", PATIENCE).await.unwrap();
        let send = async |event: SignedEvent| sample.provider.send(&event).await.unwrap().status;
        let paid = || SignedEvent::paid(&payment);
        assert_eq!(send(paid().forged()).await, 401);
        assert_eq!(watch.raised(), [""; 0]);
        // So many that they are enough in one of two periods, if one ends meanwhile.
        for _ in 0..2 {
            let long_ago = jiff::Timestamp::now() - SignedDuration::from_mins(10);
            assert_eq!([send(paid().unsigned()).await, send(paid().sent_at(long_ago)).await], [401, 401]);
        }
        assert_eq!(watch.raised(), ["BadSignatureAlarm"]);
        assert_eq!(send(paid()).await, 200);
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}
