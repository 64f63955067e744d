//! What can never be called fails its task at once.

use std::{io::ErrorKind, net::TcpListener, time::Duration};

use callback_bridge_local::{
    CallEvent,
    provider::{PAYMENT_PROVIDER, Word, payees},
};
use callbacks::Outcome;
use serde_json::json;

use super::bench::{in_short, message, run, run_prepared};
use crate::{bench::stack, late::LateAnswers};

#[test]
fn a_provider_that_is_gone_fails_the_task() {
    run("webhook-gone", async |payments| {
        let late = LateAnswers::of(payments.sample).await;
        let task = payments.pay(payees::GONE).await;
        let cause = payments.bridge.fails(&task.execution, "Bridge.WebhookRefused").await;
        assert!(message(&cause).starts_with("payment-provider replied with 410 Gone"), "{cause}");
        assert!(matches!(payments.decision_of(&task).await.outcome, Outcome::Refused { .. }));
        assert_eq!((payments.bridge.sweep().await, payments.responses(&task)), (0, vec![410]));
        // It has paid after all.
        let paid = Word::Answer(task.payment.paid());
        let reply = payments.sample.provider.say(&task.payment, &paid, None).await.unwrap();
        assert_eq!(in_short(&reply), (409, "decided"));
        assert_eq!(late.next_about(&task.payment.callback_id).await["why"], "callRefused");
    });
}

#[test]
fn a_redirect_is_not_followed() {
    run("webhook-redirect", async |payments| {
        let task = payments.pay(payees::ELSEWHERE).await;
        let cause = payments.bridge.fails(&task.execution, "Bridge.WebhookRefused").await;
        assert!(message(&cause).starts_with("payment-provider replied with 302 Found: redirects are not"), "{cause}");
        assert!(!cause.to_string().contains("169.254"), "where it leads is not repeated: {cause}");
        let calls = payments.sample.provider_proxy.calls().items();
        let came: Vec<_> =
            calls.iter().filter(|call| call.what == CallEvent::Came).map(|call| &*call.operation).collect();
        assert_eq!(came, ["/v1/payments"]);
        assert_eq!((payments.bridge.sweep().await, payments.responses(&task)), (0, vec![302]));
    });
}

#[test]
fn a_name_that_leads_to_this_machine_is_not_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("https://localhost:{}/v1/", listener.local_addr().unwrap().port());
    run_prepared(
        async |region| {
            let secret = json!({ PAYMENT_PROVIDER: { "urlPrefix": url, "signWith": [SIGN_WITH] } }).to_string();
            let call = region.aws().secrets_manager().create_secret().name("webhook-inside").secret_string(secret);
            stack("webhook-inside").parameter("DestinationsSecretArn", call.send().await.unwrap().arn.unwrap())
        },
        Duration::ZERO,
        async |payments| {
            let execution = payments.start("inside", payees::PROMPT).await;
            let cause = payments.bridge.fails(&execution, "Bridge.WebhookRefused").await;
            assert!(message(&cause).starts_with("payment-provider may not be called: "), "{cause}");
            assert!(!cause.to_string().contains("127.0.0.1"), "the address is not told: {cause}");
            assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody has connected");
            assert_eq!(payments.sample.provider.dealings().items(), []);
            assert_eq!(payments.bridge.sweep().await, 0);
        },
    );
}

const SIGN_WITH: &str = "whsec_c2hvd24gdG8gZXZlcnlib2R5OiBuZXZlciB1c2UgaXQ=";
