//! Where the README of sfn-callback-urls and its code disagree: each line of docs/migrate-from-sfn-callback-urls.md that says
//! what the bridge does.

use serde_json::{Value, json};

use super::bench::{run, stack, with};

fn outcomes(outcome: Value) -> Value {
    json!([{ "name": "hook", "type": "post", "outcomes": [outcome] }])
}

#[test]
fn where_the_readme_and_the_code_disagree_the_bridge_does_as_its_page_says() {
    run(stack("urls-readme"), async |urls| {
        // Output parameters in `redirect` are filled in, before the task is answered; `action` and `type` are there already.
        let redirect = json!({ "redirect": "https://shop.example.com/$who/$action/$type" });
        let go = json!({ "name": "go", "type": "success", "output": "$action $type", "response": redirect });
        let (waiting, created) = urls.created_with(json!({ "actions": [go], "enable_output_parameters": true })).await;
        let url = &created["urls"]["go"];
        assert_eq!(urls.post(url).await.error(), (400, "OutputFormatting".to_owned()));
        assert!(urls.is_running(&waiting).await, "a parameter of the response is missing");
        let called = urls.post(&with(url, "who=Ann")).await;
        assert_eq!((called.status, &*called.headers["location"]), (303, "https://shop.example.com/Ann/go/success"));
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("go success")));

        // An expiration with an offset is taken.
        let approve = json!([{ "name": "approve", "type": "success", "output": 1 }]);
        let order = json!({ "actions": approve, "expiration": "2099-01-01T02:00:00+02:00" });
        let (waiting, created) = urls.created_with(order).await;
        assert_eq!(created["expiration"], "2099-01-01T02:00:00+02:00");
        assert_eq!(urls.get(&created["urls"]["approve"]).await.status, 200);
        urls.stop(&waiting).await;

        // A stray `$` is an error of whoever wrote it.
        let stray = json!([{ "name": "stray", "type": "success", "output": "costs $ 5" }]);
        let order = json!({ "token": "AQCkAAAAKg", "actions": stray, "enable_output_parameters": true });
        let refused = urls.create(&order).await;
        assert_eq!(refused["error"], "InvalidAction", "{refused}");

        // 405 and 415 at the URL of a post action have an error body; `output_path` on null gives a list.
        let (waiting, created) =
            urls.created(outcomes(json!({ "name": "any", "type": "success", "schema": {}, "output_path": "$" }))).await;
        let hook = &created["urls"]["hook"];
        assert_eq!(urls.get(hook).await.error(), (405, "PostActionNotPosted".to_owned()));
        assert_eq!(urls.post(hook).await.error(), (415, "InvalidPostActionBody".to_owned()));
        assert_eq!(urls.post_json(hook, &Value::Null).await.status, 200);
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!([null])));

        // A post action without `outcomes` is InvalidJSON.
        let order = json!({ "token": "AQCkAAAAKg", "actions": [{ "name": "hook", "type": "post" }] });
        assert_eq!(urls.create(&order).await["error"], "InvalidJSON");

        // And where it does as the code: a path that finds nothing leaves its field out.
        let bad = json!({ "name": "bad", "type": "failure", "schema": {}, "error": "Bad", "cause_path": "$.why" });
        let (waiting, created) = urls.created(outcomes(bad)).await;
        assert_eq!(urls.post_json(&created["urls"]["hook"], &json!({})).await.status, 200);
        let ended = urls.end_of(&waiting).await;
        assert_eq!((ended.error.as_deref(), ended.cause.as_deref()), (Some("Bad"), None));
    });
}
