//! Post actions: what is posted says what it means.

use serde_json::{Value, json};

use super::bench::{run, stack, text};

fn hook() -> Value {
    let result = |value: &str| json!({ "type": "object", "properties": { "result": { "const": value } }, "required": ["result"] });
    json!([{
        "name": "hook", "type": "post",
        "outcomes": [
            { "name": "good", "type": "success", "schema": result("good"), "output_body": true, "response": { "text": "thanks" } },
            { "name": "ids", "type": "success", "schema": result("ids"), "output_path": "$.ids[*]" },
            { "name": "bad", "type": "failure", "schema": result("bad"), "error_path": "$.reason", "cause_path": "$.details" },
            { "name": "busy", "type": "heartbeat", "schema": result("busy") },
        ],
    }])
}

#[test]
fn the_first_outcome_whose_schema_fits_says_what_a_body_means() {
    run(stack("urls-post"), async |urls| {
        let good = json!({ "result": "good", "amount": 12.5 });
        let (waiting, created) = urls.created(hook()).await;
        let url = &created["urls"]["hook"];
        let busy = urls.post_json(url, &json!({ "result": "busy" })).await;
        assert_eq!((busy.status, &busy.json()["action"]["name"]), (200, &json!("hook")));
        assert_eq!(urls.beats(), [None], "Step Functions has taken it");
        assert!(urls.is_running(&waiting).await);
        let post =
            urls.client.post(text(url)).header("content-type", "application/json").header("accept", "text/plain");
        let posted = urls.sent(post.body(good.to_string())).await;
        assert_eq!((posted.status, &*posted.body), (200, "thanks"));
        assert_eq!(urls.end_of(&waiting).await.output, Some(good));

        let (waiting, created) = urls.created(hook()).await;
        urls.post_json(&created["urls"]["hook"], &json!({ "result": "ids", "ids": [7] })).await;
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!([7])), "what a path finds is a list");

        let (waiting, created) = urls.created(hook()).await;
        let bad = json!({ "result": "bad", "reason": "Declined", "details": { "code": 5 } });
        urls.post_json(&created["urls"]["hook"], &bad).await;
        let ended = urls.end_of(&waiting).await;
        assert_eq!((ended.error.as_deref(), ended.cause.as_deref()), (Some("Declined"), Some(r#"[{"code":5}]"#)));
    });
}

#[test]
fn what_means_nothing_is_refused_and_the_task_goes_on() {
    run(stack("urls-post-refused"), async |urls| {
        let (waiting, created) = urls.created(hook()).await;
        let url = &created["urls"]["hook"];
        let unknown = urls.post_json(url, &json!({ "result": "unknown" })).await;
        assert_eq!(unknown.error(), (400, "InvalidPostActionBody".to_owned()));
        let post = |content_type: &str, body: &str| {
            urls.client.post(text(url)).header("content-type", content_type).body(body.to_owned())
        };
        assert_eq!(urls.sent(post("text/plain", "{}")).await.error(), (415, "InvalidPostActionBody".to_owned()));
        assert_eq!(urls.sent(post("application/json", "{")).await.error(), (400, "InvalidJSON".to_owned()));
        let got = urls.get(url).await;
        assert_eq!((got.error(), &*got.headers["allow"]), ((405, "PostActionNotPosted".to_owned()), "POST"));
        assert!(urls.is_running(&waiting).await);
        urls.stop(&waiting).await;
    });
}
