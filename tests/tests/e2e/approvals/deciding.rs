//! What people decide is how the execution goes on.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use serde_json::json;

use super::bench::{People, stack};
use crate::bench::{PATIENCE, run};

#[test]
fn one_approval_is_the_output_of_the_task() {
    run(stack("approve"), Duration::ZERO, async |sample| {
        let people = People::of(sample);
        let execution = people.ask(&["alice", "bob"], json!({})).await;
        let page = people.decide("bob", "approve", "a good customer").await;
        assert_eq!(page.status, 200);
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!((ended.status, ended.error), (ExecutionStatus::Succeeded, None));
        let output = ended.output.unwrap();
        assert_eq!(output["decision"], "approved");
        let answer = &output["answers"][0];
        assert_eq!((&answer["by"], &answer["comment"]), (&json!(people.address("bob")), &json!("a good customer")));
    });
}
