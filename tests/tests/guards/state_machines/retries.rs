//! Which errors a state tries again after that hands out a token.

use super::*;

/// What has gone wrong after the token went out is no reason for another one: whoever has the first works in vain. What the
/// service itself fails with is one.
#[test]
fn a_state_that_hands_out_a_token_tries_again_by_the_names_of_errors_alone() {
    for (name, state, _) in waiting_states(&Template::read()) {
        let retries = state["Retry"].as_array().unwrap_or_else(|| panic!("{name} does not try again"));
        let errors: Vec<&str> = retries.iter().flat_map(|retry| names_in(&retry["ErrorEquals"])).collect();
        assert!(!errors.iter().any(|error| error.starts_with("States.")), "{name}: {errors:?}");
        let service = service_of(&state);
        assert!(errors.iter().any(|error| error.starts_with(service)), "{name}: none of {errors:?} is of {service}");
        let is_paid_for = message(&state)["webhook"].is_object();
        assert!(!is_paid_for || !errors.contains(&"SQS.SdkClientException"), "{name}: it might be paid for twice");
    }
}

fn names_in(errors: &Value) -> impl Iterator<Item = &str> {
    errors.as_array().unwrap().iter().map(|error| error.as_str().unwrap())
}

/// What the names of the errors begin with that a state's service fails with.
fn service_of(state: &Value) -> &'static str {
    match state["Resource"].as_str().unwrap().split(':').nth(5).unwrap() {
        "sqs" => "SQS.",
        "sns" => "SNS.",
        "events" => "EventBridge.",
        "lambda" => "Lambda.",
        "states" => "StepFunctions.",
        "ecs" => "ECS.",
        other => panic!("say here what the errors of {other} begin with"),
    }
}
