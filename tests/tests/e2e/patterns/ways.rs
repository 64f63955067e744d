//! One task, brought to the worker by every way but the plain queue, which has tests of its own.

use std::time::Duration;

use callback_bridge_local::{CallFault, Sample, StackOptions};
use serde_json::{Value, json};

use super::{failure, output, stack, start};
use crate::bench::{redefined, run, send, take};

const WAYS: [&str; 4] = ["credit-check-jsonata", "credit-check-sns", "credit-check-event", "credit-check-invoke"];

#[test]
fn every_way_brings_the_token_out_and_the_answer_back() {
    run(impatient("patterns-ways").held(), Duration::ZERO, async |sample| {
        let given_up = [
            given_up_in_its_envelope(sample, "credit-check-sns/good", "TopicArn").await,
            given_up_in_its_envelope(sample, "credit-check-event/good", "detail-type").await,
        ];
        sample.bridge.receive().await.unwrap();
        for execution in given_up {
            assert_eq!(failure(sample, &execution).await.0, "Bridge.DeadLettered");
        }
        for way in WAYS {
            let good = start(sample, &format!("{way}/good")).await;
            let declined = start(sample, &format!("{way}/declined")).await;
            let output = output(sample, &good).await;
            let report = json!({ "applicationId": "loan-42", "score": 742, "reference": "cb-742" });
            assert_eq!((&output["decision"], &output["creditReport"]), (&json!("approved"), &report), "{way}");
            let (error, cause) = failure(sample, &declined).await;
            assert_eq!((&*error, score_in(&cause)), ("Credit.Declined", json!(512)), "{way}");
        }
        work_to_be_tried_again_fails_the_invocation_and_the_state_tries_again(sample).await;
        whoever_invokes_without_a_token_is_told(sample).await;
    });
}

/// A stack whose credit-check-invoke tries again within a second, instead of 15.
fn impatient(name: &str) -> StackOptions {
    redefined(stack(name), "credit-check-invoke", |definition| {
        assert_eq!(definition.matches("\"IntervalSeconds\": 15,").count(), 1, "it has another interval");
        definition.replace("\"IntervalSeconds\": 15,", "\"IntervalSeconds\": 1,")
    })
}

fn score_in(cause: &str) -> Value {
    serde_json::from_str::<Value>(cause).unwrap()["score"].take()
}

/// An execution whose message was given up by its queue, with what was around it, such as this field.
async fn given_up_in_its_envelope(sample: &Sample, input: &str, around: &str) -> String {
    let execution = start(sample, input).await;
    let body = take(sample, sample.bridge.output("CreditCheckQueueUrl").unwrap()).await;
    let envelope: Value = serde_json::from_str(&body).unwrap();
    assert!(envelope.get(around).is_some() && envelope.get("taskToken").is_none(), "{input} has no envelope");
    send(sample, "DeadLetterQueueUrl", &body).await;
    execution
}

/// The bureau refuses all that the worker asks within one invocation. The next one has a token of its own.
async fn work_to_be_tried_again_fails_the_invocation_and_the_state_tries_again(sample: &Sample) {
    let trouble = CallFault::refuse(503, "ServiceUnavailable");
    (0..3).for_each(|_| sample.bureau_proxy.faults().inject("/v1/credit-checks", trouble.clone()));
    let execution = start(sample, "credit-check-invoke/good").await;
    assert_eq!(output(sample, &execution).await["decision"], "approved");

    let history = sample.history_of(&execution).await.unwrap();
    let failed = history.iter().filter_map(|event| event.task_failed_event_details());
    let [failed] = failed.collect::<Vec<_>>()[..] else { panic!("the first try alone fails: {history:?}") };
    assert_eq!(failed.error(), Some("Bridge.RetryLater"), "{failed:?}");
    let message: Value = serde_json::from_str(failed.cause().unwrap()).unwrap();
    assert!(message["errorMessage"].as_str().unwrap().contains("503"), "{message}");

    let scheduled = history.iter().filter_map(|event| event.task_scheduled_event_details());
    let sent = scheduled.map(|call| serde_json::from_str::<Value>(call.parameters()).unwrap()["Payload"].take());
    let [first, second] = &sent.collect::<Vec<_>>()[..] else { panic!("the state tries again once") };
    assert!(first["taskToken"].is_string() && first["taskToken"] != second["taskToken"], "both have one token");
    assert_eq!([first, second].map(|message| &message["context"]["retryCount"]), [&json!(0), &json!(1)]);
}

async fn whoever_invokes_without_a_token_is_told(sample: &Sample) {
    let invocation = sample.bridge.invoke("CheckCreditFunction", r#"{"input":{"amount":3}}"#).await.unwrap();
    let error = invocation.error.unwrap();
    assert_eq!(error.error_type, "Bridge.InvalidMessage");
    assert!(error.message.contains("no task token"), "{}", error.message);
}
