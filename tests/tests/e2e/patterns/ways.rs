//! One task, brought to the worker by every way but the plain queue, which has tests of its own.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, Sample};
use serde_json::{Value, json};

use super::{failure, output, stack, start};
use crate::bench::{PATIENCE, run, send, some, take};

const WAYS: [&str; 4] = ["credit-check-jsonata", "credit-check-sns", "credit-check-event", "credit-check-invoke"];

#[test]
fn every_way_brings_the_token_out_and_the_answer_back() {
    run(stack("patterns-ways").held(), Duration::ZERO, async |sample| {
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
        work_to_be_tried_again_fails_the_invocation(sample).await;
        whoever_invokes_without_a_token_is_told(sample).await;
    });
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

/// The bureau refuses all that the worker asks within one invocation. The state's next try comes at some time within the
/// interval of its Retry, which nobody here waits for.
async fn work_to_be_tried_again_fails_the_invocation(sample: &Sample) {
    let trouble = CallFault::refuse(503, "ServiceUnavailable");
    (0..3).for_each(|_| sample.bureau_proxy.faults().inject("/v1/credit-checks", trouble.clone()));
    let execution = start(sample, "credit-check-invoke/good").await;
    let failed = async || {
        let history = sample.history_of(&execution).await.unwrap();
        history.into_iter().find_map(|event| event.task_failed_event_details)
    };
    let failed = some(failed).await;
    assert_eq!(failed.error(), Some("Bridge.RetryLater"), "{failed:?}");
    let message: Value = serde_json::from_str(failed.cause().unwrap()).unwrap();
    assert!(message["errorMessage"].as_str().unwrap().contains("503"), "{message}");
    // Which is refused if it has ended already.
    let _stopped = sample.bridge.sfn().stop_execution().execution_arn(&execution).send().await;
    let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
    assert_ne!(ended.status, ExecutionStatus::Failed, "the state tries again: {ended:?}");
}

async fn whoever_invokes_without_a_token_is_told(sample: &Sample) {
    let invocation = sample.bridge.invoke("CheckCreditFunction", r#"{"input":{"amount":3}}"#).await.unwrap();
    let error = invocation.error.unwrap();
    assert_eq!(error.error_type, "Bridge.InvalidMessage");
    assert!(error.message.contains("no task token"), "{}", error.message);
}
