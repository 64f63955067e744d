//! Post actions: what is posted says what it means.

use serde_json::{Value, json};

use super::bench::{run, stack, text};

fn hook() -> Value {
    let result = |value: &str| json!({ "type": "object", "properties": { "result": { "const": value } }, "required": ["result"] });
    json!([{
        "name": "hook", "type": "post", "response": { "text": "taken" },
        "outcomes": [
            { "name": "good", "type": "success", "schema": result("good"), "output_body": true, "response": { "text": "thanks" } },
            { "name": "done", "type": "success", "schema": result("done"), "output": { "fixed": true } },
            { "name": "ids", "type": "success", "schema": result("ids"), "output_path": "$.ids[*]" },
            { "name": "bad", "type": "failure", "schema": result("bad"), "error_path": "$.reasons[*]", "cause_path": "$.details" },
            { "name": "lost", "type": "failure", "schema": result("lost"), "error": "Lost", "cause": "always" },
            { "name": "busy", "type": "heartbeat", "schema": result("busy") },
        ],
    }])
}

/// What a body makes of the task, and what its caller is told.
#[test]
fn an_outcome_takes_from_the_body_what_it_says_and_has_a_response_of_its_own_or_that_of_its_action() {
    run(stack("urls-post"), async |urls| {
        let error = |error: Option<&str>, cause: Option<&str>| Err([error, cause].map(|text| text.map(str::to_owned)));
        for (body, ends, shown) in [
            (json!({ "result": "good", "of": 12.5 }), Ok(json!({ "result": "good", "of": 12.5 })), "thanks"),
            (json!({ "result": "done", "of": 5 }), Ok(json!({ "fixed": true })), "taken"),
            (json!({ "result": "ids", "ids": [7] }), Ok(json!([7])), "taken"),
            (json!({ "result": "ids", "ids": [7, "b", null] }), Ok(json!([7, "b", null])), "taken"),
            (json!({ "result": "ids" }), Ok(json!([])), "taken"),
            (
                json!({ "result": "bad", "reasons": ["Declined"], "details": { "code": 5 } }),
                error(Some("Declined"), Some(r#"[{"code":5}]"#)),
                "taken",
            ),
            (json!({ "result": "bad", "reasons": [5] }), error(Some("[5]"), None), "taken"),
            (json!({ "result": "bad", "reasons": ["a", "b"] }), error(Some(r#"["a","b"]"#), None), "taken"),
            (json!({ "result": "bad", "details": "none" }), error(None, Some("none")), "taken"),
            (json!({ "result": "lost", "reasons": ["Declined"] }), error(Some("Lost"), Some("always")), "taken"),
        ] {
            let (waiting, created) = urls.created(hook()).await;
            let url = &created["urls"]["hook"];
            let post = || urls.client.post(text(url)).header("content-type", "application/json; charset=utf-8");
            let posted = urls.sent(post().header("accept", "text/plain").body(body.to_string())).await;
            assert_eq!((posted.status, &*posted.body), (200, shown), "{body}");
            let ended = urls.end_of(&waiting).await;
            match &ends {
                Ok(output) => assert_eq!(ended.output.as_ref(), Some(output), "{body}"),
                Err(failure) => assert_eq!(&[ended.error, ended.cause], failure, "{body}"),
            }
            let again = urls.sent(post().header("accept", "text/plain").body(body.to_string())).await;
            assert_eq!((again.status, again.body), (posted.status, posted.body), "the same again");
            let other = urls.post_json(url, &json!({ "result": "done", "of": "another" })).await;
            let same = ends == Ok(json!({ "fixed": true }));
            assert_eq!(other.status, if same { 200 } else { 400 }, "another outcome: {other:?}");
        }
    });
}

#[test]
fn the_first_outcome_whose_schema_fits_says_what_a_body_means() {
    run(stack("urls-post-first"), async |urls| {
        let small = json!({ "name": "small", "type": "success", "schema": { "maximum": 10 }, "output": "small" });
        let any = json!({ "name": "any", "type": "success", "schema": { "type": "number" }, "output": "any" });
        let actions = json!([
            { "name": "narrow", "type": "post", "outcomes": [small, any] },
            { "name": "wide", "type": "post", "outcomes": [any, small] },
        ]);
        for (action, body, output) in [("narrow", 5, "small"), ("narrow", 50, "any"), ("wide", 5, "any")] {
            let (waiting, created) = urls.created(actions.clone()).await;
            let posted = urls.post_json(&created["urls"][action], &json!(body)).await;
            let named = json!({ "name": action, "type": "post" });
            assert_eq!((posted.status, &posted.json()["action"]), (200, &named));
            assert_eq!(urls.end_of(&waiting).await.output, Some(json!(output)), "{body} to {action}");
        }
    });
}

#[test]
fn a_body_may_say_that_the_task_goes_on_and_what_means_nothing_is_refused() {
    run(stack("urls-post-refused"), async |urls| {
        let (waiting, created) = urls.created(hook()).await;
        let url = &created["urls"]["hook"];
        for body in [json!({ "result": "unknown" }), json!({}), json!([]), json!(null)] {
            let unknown = urls.post_json(url, &body).await;
            assert_eq!(unknown.error(), (400, "InvalidPostActionBody".to_owned()), "{body}");
        }
        let stolen = json!({ "result": "bad", "reasons": ["States.Timeout"] });
        assert_eq!(urls.post_json(url, &stolen).await.error(), (400, "InvalidPostActionBody".to_owned()));
        let post = |content_type: &str, body: &str| {
            urls.client.post(text(url)).header("content-type", content_type).body(body.to_owned())
        };
        assert_eq!(urls.sent(post("text/plain", "{}")).await.error(), (415, "InvalidPostActionBody".to_owned()));
        assert_eq!(urls.post(url).await.error(), (415, "InvalidPostActionBody".to_owned()), "there is no body");
        assert_eq!(urls.sent(post("application/json", "{")).await.error(), (400, "InvalidJSON".to_owned()));
        let got = urls.get(url).await;
        assert_eq!((got.error(), &*got.headers["allow"]), ((405, "PostActionNotPosted".to_owned()), "POST"));
        assert!(urls.beats().is_empty(), "nothing was told");

        let busy = json!({ "result": "busy" });
        for _ in 0..2 {
            assert_eq!(urls.post_json(url, &busy).await.status, 200);
        }
        assert_eq!(urls.beats(), [None, None], "Step Functions has taken both");
        assert!(urls.is_running(&waiting).await);
        assert_eq!(urls.post_json(url, &json!({ "result": "done" })).await.status, 200);
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!({ "fixed": true })));
    });
}
