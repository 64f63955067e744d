//! The samples of docs/webhooks.md, as a third party runs them.

use std::{fs, time::Duration};

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{RegionOptions, command, provider::PAYMENT_PROVIDER};
use callback_bridge_tests::repository;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    bench::{Task, ThirdParty},
    curl::{Curl, commands},
};
use crate::bench::{PATIENCE, run, stack};

const PAGE: &str = "docs/webhooks.md";

/// The command that ends so.
fn command_for(end: &str) -> Curl {
    let found: Vec<_> = commands(PAGE).into_iter().filter(|curl| curl.url.ends_with(end)).collect();
    let of_posts = found.iter().filter(|curl| curl.method == reqwest::Method::POST).collect::<Vec<_>>();
    let [curl] = &of_posts[..] else { panic!("{end}: {found:?}") };
    (*curl).clone()
}

#[test]
fn every_sample_with_curl_is_answered_as_the_page_says() {
    run(stack("curl"), Duration::ZERO, async |sample| {
        let third_party = ThirdParty::of(sample);
        let look = commands(PAGE).into_iter().find(|curl| curl.method == reqwest::Method::GET).unwrap();
        assert_eq!(commands(PAGE).len(), 5, "every one of them is sent here");
        let say = async |curl: &Curl, task: &Task| third_party.told(third_party.sample_of(curl, task)).await.in_short();
        let said = |status: &str| (200, status.to_owned());

        let paid = third_party.called("curl-success").await;
        assert_eq!(say(&look, &paid).await, said("open"));
        assert_eq!(say(&command_for("/heartbeat"), &paid).await, said("open"));
        assert_eq!(say(&command_for("/success"), &paid).await, said("succeeded"));
        assert_eq!(say(&command_for("/success"), &paid).await, said("succeeded"), "the same again is taken again");
        assert_eq!(say(&command_for("/failure"), &paid).await, (409, "decided".to_owned()));
        assert_eq!(say(&command_for("/heartbeat"), &paid).await, (409, "decided".to_owned()));
        assert_eq!(say(&look, &paid).await, said("succeeded"));
        let output = sample.end_of(&paid.execution, PATIENCE).await.unwrap().output.unwrap();
        assert_eq!(output["payment"], json!({ "paymentId": "pay_7", "status": "paid" }));

        let failed = third_party.called("curl-failure").await;
        assert_eq!(say(&command_for("/failure"), &failed).await, said("failed"));
        let ended = sample.end_of(&failed.execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error.as_deref()), (ExecutionStatus::Failed, Some("Payment.Declined")));

        let own = third_party.called("curl-answer").await;
        assert_eq!(say(&command_for("/answer"), &own).await, said("succeeded"));
        assert_eq!(say(&command_for("/answer"), &own).await, said("succeeded"), "the first reply again");
        assert_eq!(sample.end_of(&own.execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

/// Has the sample in Python send an event, and returns what it is told.
async fn sent_by_python(url: &str, secret: &str, id: &str, event: &Value) -> Value {
    let page = fs::read_to_string(repository().join(PAGE)).unwrap();
    let samples: Vec<_> = page.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let program = r"
import sys
_, url, secret, webhook_id, event = sys.argv
print(json.dumps(send_event(url, secret, webhook_id, json.loads(event))))
";
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("sample.py"), [&samples[..], &[program]].concat().join("\n\n")).unwrap();
    let mut python = command(RegionOptions::default().python, None);
    python.arg(folder.path().join("sample.py")).args([url, secret, id, &event.to_string()]);
    let output = python.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_sample_that_sends_an_event_is_answered_as_the_page_says() {
    run(stack("python-event"), Duration::ZERO, async |sample| {
        let task = ThirdParty::of(sample).called("python-event").await;
        let url = format!("{}/webhooks/{PAYMENT_PROVIDER}", sample.bridge.api_url());
        let secret = sample.provider.senders()[PAYMENT_PROVIDER]["verifyWith"][0].as_str().unwrap().to_owned();
        let of_provider =
            |payment: &str| json!({ "type": "payment.paid", "status": "paid", "data": { "paymentId": payment } });
        let send = async |id: &str, event: &Value| {
            let told = sent_by_python(&url, &secret, id, event).await;
            (told[0].as_u64().unwrap(), told[1]["status"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(send("evt_1", &of_provider("pay_unknown")).await, (202, "kept".to_owned()));
        assert_eq!(send("evt_2", &json!({ "type": "ping" })).await, (202, "ignored".to_owned()));
        let paid = of_provider(&task.payment.id);
        for _ in 0..2 {
            assert_eq!(send("evt_3", &paid).await, (200, "succeeded".to_owned()));
        }
        let refused = sent_by_python(&url, "whsec_c29tZWJvZHkgZWxzZSBhbHRvZ2V0aGVy", "evt_4", &paid).await;
        assert_eq!(
            (&refused[0], &refused[1]["type"]),
            (&json!(401), &json!("urn:callback-bridge:problem:bad-signature"))
        );
        let output = sample.end_of(&task.execution, PATIENCE).await.unwrap().output.unwrap();
        assert_eq!(output["payment"], paid);
    });
}
