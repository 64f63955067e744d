//! The bridge without its samples: the functions answer the tasks of other state machines.

use std::time::Duration;

use serde_json::json;

use super::output;
use crate::{
    approvals::{People, stack},
    bench::{input, run},
};

#[test]
fn without_samples_the_functions_answer_the_state_machines_of_others() {
    run(stack("left-out").parameter("DeploySamples", "false"), Duration::ZERO, async |sample| {
        let deployed = sample.bridge.description();
        let is_of_samples =
            |id: &&String| ["StateMachine", "Topic", "Activity", "Bus"].iter().any(|kind| id.contains(kind));
        let of_samples: Vec<_> = deployed.resources.keys().filter(is_of_samples).collect();
        assert!(of_samples.is_empty(), "{of_samples:?}");
        let outputs: Vec<_> = deployed.outputs.keys().filter(|output| output.ends_with("StateMachineArn")).collect();
        assert!(outputs.is_empty(), "{outputs:?}");

        let people = People::of(sample);
        let waiting = |queue: &str, beside_the_token: serde_json::Value| {
            let mut message = beside_the_token;
            message["taskToken.$"] = json!("$$.Task.Token");
            json!({ "StartAt": "Wait", "States": { "Wait": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 600,
                "Parameters": { "QueueUrl": sample.bridge.output(queue).unwrap(), "MessageBody": message }, "End": true,
            } } })
        };
        let approval = json!({ "timeoutSeconds": 600, "approval": people.question(&["alice"], json!({})) });
        let branches =
            [waiting("CreditCheckQueueUrl", json!({ "input": input("good") })), waiting("CallbackQueueUrl", approval)];
        let both = json!({ "Type": "Parallel", "Branches": branches, "End": true });
        let definition = json!({ "StartAt": "Both", "States": { "Both": both } });
        let sfn = sample.bridge.sfn();
        let own = sfn.create_state_machine().name("ask-left-out").definition(definition.to_string());
        let own = own.role_arn("arn:aws:iam::123456789012:role/own").send().await.unwrap().state_machine_arn;
        let execution = sfn.start_execution().state_machine_arn(own).send().await.unwrap().execution_arn;
        people.decide("alice", "approve", "").await;
        let answers = output(sample, &execution).await;
        assert_eq!((&answers[0]["score"], &answers[1]["decision"]), (&json!(742), &json!("approved")));
    });
}
