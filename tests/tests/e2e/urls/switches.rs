//! What is off unless somebody switches it on, and off again when somebody switches it off.

use callback_bridge_local::StackOptions;
use serde_json::{Value, json};

use super::bench::{run, safe_stack, stack};
use crate::bench::changed;

fn with_parameters() -> Value {
    let actions = json!([
        { "name": "go", "type": "success", "output": "$who" }, { "name": "fixed", "type": "success", "output": 1 },
    ]);
    json!({ "actions": actions, "enable_output_parameters": true })
}

fn with_a_post() -> Value {
    json!({ "actions": [
        { "name": "hook", "type": "post", "outcomes": [{ "name": "any", "type": "success", "schema": {}, "output_body": true }] },
        { "name": "plain", "type": "success", "output": "$who" },
    ] })
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

/// A stack where URLs are created as when both switches were on, and called as after they were switched off.
fn switched_off(name: &str) -> StackOptions {
    changed(stack(name), |text| {
        let (before, receive_callback) = text.split_once("\n  ReceiveCallbackFunction:\n").unwrap();
        let mut receive_callback = receive_callback.to_owned();
        for (variable, switch) in [
            ("BRIDGE_ENABLE_OUTPUT_PARAMETERS", "EnableOutputParameters"),
            ("BRIDGE_ENABLE_POST_ACTIONS", "EnablePostActions"),
        ] {
            let on = format!("{variable}: !Ref {switch}");
            receive_callback = receive_callback.replacen(&on, &format!("{variable}: \"false\""), 1);
        }
        format!("{before}\n  ReceiveCallbackFunction:\n{receive_callback}")
    })
}

#[test]
fn urls_that_were_created_before_are_refused_when_the_switches_are_off_again() {
    run(switched_off("urls-off-again"), async |urls| {
        let (parameters, with_parameters) = urls.created_with(with_parameters()).await;
        for action in ["go", "fixed"] {
            let url = format!("{}&who=Ann", with_parameters["urls"][action].as_str().unwrap()).into();
            for refused in [urls.get(&url).await, urls.post(&url).await] {
                assert_eq!(refused.error(), (400, "ParametersDisabled".to_owned()), "{action}");
            }
        }
        let (posts, with_a_post) = urls.created_with(with_a_post()).await;
        let hook = &with_a_post["urls"]["hook"];
        for refused in [urls.get(hook).await, urls.post_json(hook, &json!({})).await] {
            assert_eq!(refused.error(), (400, "PostActionsDisabled".to_owned()));
        }
        assert!(urls.is_running(&parameters).await && urls.is_running(&posts).await);

        assert_eq!(urls.post(&with_a_post["urls"]["plain"]).await.status, 200, "it needs neither");
        assert_eq!(urls.end_of(&posts).await.output, Some(json!("$who")));
        urls.stop(&parameters).await;
    });
}
