//! What is off unless somebody switches it on.

use serde_json::{Value, json};

use super::bench::{run, safe_stack};

fn with_parameters() -> Value {
    json!({ "actions": [{ "name": "go", "type": "success", "output": "$who" }], "enable_output_parameters": true })
}

fn with_a_post() -> Value {
    json!({ "actions": [{
        "name": "hook", "type": "post", "outcomes": [{ "name": "any", "type": "success", "schema": {}, "output_body": true }],
    }] })
}

#[test]
fn parameters_and_post_actions_are_off_unless_they_are_switched_on() {
    run(safe_stack("urls-safe"), async |urls| {
        for (order, error) in [(with_parameters(), "ParametersDisabled"), (with_a_post(), "PostActionsDisabled")] {
            let mut order = order;
            order["token"] = "AQCkAAAAKg".into();
            assert_eq!(urls.create(&order).await["error"], error);
            assert_eq!(urls.post_order(&order).await.error(), (400, error.to_owned()));
        }
        // A text with a sign of a parameter is one, where nobody wants parameters.
        let (waiting, created) = urls.created(json!([{ "name": "go", "type": "success", "output": "$who" }])).await;
        urls.post(&created["urls"]["go"]).await;
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("$who")));
    });
}
