//! Alarms of callback URLs: of those who create them.

use callback_bridge_local::{CallFault, Fault, Sample};
use serde_json::{Value, json};

use super::QUICK;
use crate::{
    approval_links::Asked,
    bench::{run, stack},
    watch::Watch,
};

/// Creates a URL for a task, and tells what came of it.
async fn create(sample: &Sample, token: &str) -> Value {
    let order = json!({ "token": token, "actions": [{ "name": "again", "type": "heartbeat" }] });
    let created = sample.bridge.invoke("CreateCallbackUrlsFunction", order.to_string()).await.unwrap();
    assert_eq!(created.error, None, "a refusal is no error of the function");
    serde_json::from_slice(&created.payload).unwrap()
}

#[test]
fn good_urls_raise_no_alarm() {
    run(stack("no-alarm-urls"), QUICK, async |sample| {
        let watch = Watch::new(sample, []);
        let asked = Asked::start(sample).await;
        assert!(create(sample, &asked.token).await["urls"].is_object());
        let wrong = create(sample, "").await;
        assert_eq!(wrong["error"], "InvalidJSON");
        asked.call("approve").await;
        asked.is_approved().await;
        assert_eq!(watch.raised(), [""; 0], "callers that are wrong page nobody");
    });
}

#[test]
fn urls_that_the_table_does_not_keep_raise_an_alarm_and_can_be_created_later() {
    run(stack("no-table-for-urls"), QUICK, async |sample| {
        let watch = Watch::new(sample, []);
        let asked = Asked::start(sample).await;
        let throttled = CallFault::refuse(400, "AccessDeniedException");
        let throttled = sample.bridge.proxy().faults().inject_lasting("UpdateItem", throttled);
        assert_eq!(create(sample, &asked.token).await["error"], "ServiceError");
        assert_eq!(watch.raised(), ["CreateCallbackUrlsTroubleAlarm"]);
        throttled.take_back();
        assert!(create(sample, &asked.token).await["urls"].is_object());
        asked.call("approve").await;
        asked.is_approved().await;
    });
}

/// The state machine tries again.
#[test]
fn a_function_that_dies_over_urls_raises_an_alarm_and_is_invoked_again() {
    run(stack("urls-dying"), QUICK, async |sample| {
        let watch = Watch::new(sample, []);
        let function = &sample.bridge.function("CreateCallbackUrlsFunction").unwrap().name;
        sample.bridge.host().faults().inject(function, Fault::KillBeforeWork);
        let asked = Asked::start(sample).await;
        assert_eq!(watch.raised(), ["CreateCallbackUrlsErrorsAlarm"]);
        asked.call("approve").await;
        asked.is_approved().await;
    });
}
