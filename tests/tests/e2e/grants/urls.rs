//! Tasks that wait for one of their URLs to be called, as far as grants are concerned: each answer is told by the function that
//! takes calls, and by the sweep.

use std::time::Duration;

use callback_bridge_local::{CallFault, Sample};
use serde_json::{Value, json};

use crate::{approval_links::Asked, stored::pass};

/// Longer than the first wait before something that was not taken is told again.
const AGAIN: Duration = Duration::from_secs(90);

/// What create-callback-urls and receive-callback do between them, and what sweep-callbacks does where Step Functions has not
/// heard the answer.
pub(super) async fn are_created_called_and_swept(sample: &Sample) {
    let (approved, rejected) = (Asked::start(sample).await, Asked::start(sample).await);
    beat(sample, &approved.token).await;
    assert_eq!((approved.call("approve").await.0, rejected.call("reject").await.0), (200, 200));

    let unheard = [Asked::start(sample).await, Asked::start(sample).await];
    let faults = sample.bridge.proxy().faults();
    let denied = ["SendTaskSuccess", "SendTaskFailure"]
        .map(|operation| faults.inject_lasting(operation, CallFault::refuse(400, "AccessDeniedException")));
    assert_eq!((unheard[0].call("approve").await.0, unheard[1].call("reject").await.0), (200, 200));
    for denied in denied {
        denied.take_back();
    }
    pass(sample, AGAIN).await;
    let swept = sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap();
    assert_eq!(swept.error, None);
    for asked in [&approved, &rejected].into_iter().chain(&unheard) {
        asked.end().await;
    }
}

/// One URL more for a task that has some, which says that somebody is at work.
async fn beat(sample: &Sample, token: &str) {
    let order = json!({ "token": token, "actions": [{ "name": "working", "type": "heartbeat" }] });
    let created = sample.bridge.invoke("CreateCallbackUrlsFunction", order.to_string()).await.unwrap();
    let created: Value = serde_json::from_slice(&created.payload).unwrap();
    let url = created["urls"]["working"].as_str().unwrap_or_else(|| panic!("{created}"));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(client.post(url).send().await.unwrap().status(), 200);
}
