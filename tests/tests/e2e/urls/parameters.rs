//! Parameters behind a URL fill in what its action says, where the order wants it.

use serde_json::json;

use super::bench::{run, stack, with};

#[test]
fn parameters_fill_in_the_output_and_the_responses() {
    run(stack("urls-parameters"), async |urls| {
        let action = json!({
            "name": "go", "type": "success",
            "output": { "by": "$who", "$what": ["${who} paid $$5", 5, null], "url": "$action of $type" },
            "response": {
                "json": { "$what": { "by": "$who" }, "type": "$type" },
                "html": "<p title=\"$who\">$who</p>",
                "text": "${who}: $action",
            },
        });
        let order = json!({ "actions": [action], "enable_output_parameters": true });
        for (accept, shown) in [
            ("application/json", r#"{"done":{"by":"<Ann>"},"type":"success"}"#),
            ("text/html", r#"<p title="&#60;Ann&#62;">&#60;Ann&#62;</p>"#),
            ("text/plain", "<Ann>: go"),
        ] {
            let (waiting, created) = urls.created_with(order.clone()).await;
            let url = &created["urls"]["go"];
            for missing in [url.clone(), with(url, "who=Ann"), with(url, "Who=Ann&what=done")] {
                assert_eq!(urls.post(&missing).await.error(), (400, "OutputFormatting".to_owned()), "{missing}");
            }
            assert!(urls.is_running(&waiting).await);
            let posted = urls.post_as(accept, &with(url, "who=%3CAnn%3E&what=done")).await;
            assert_eq!((posted.status, &*posted.body), (200, shown));
            let output = urls.end_of(&waiting).await.output;
            let filled = json!({ "by": "<Ann>", "done": ["<Ann> paid $5", 5, null], "url": "go of success" });
            assert_eq!(output, Some(filled));
        }
    });
}

#[test]
fn parameters_fill_in_an_error_its_cause_and_where_the_caller_is_sent() {
    run(stack("urls-parameters-failure"), async |urls| {
        let action = json!({
            "name": "reject", "type": "failure", "error": "By.$who", "cause": "$who: $why",
            "response": { "redirect": "https://shop.example.com/$who/thanks?why=${why}&by=$action" },
        });
        let order = json!({ "actions": [action], "enable_output_parameters": true });
        let (waiting, created) = urls.created_with(order).await;
        let url = &created["urls"]["reject"];
        let up = urls.post(&with(url, "who=..&why=x")).await;
        assert_eq!(up.error(), (400, "OutputFormatting".to_owned()), "it would lead up");
        let posted = urls.post(&with(url, "who=Ann&why=a%26b%20c")).await;
        let location = "https://shop.example.com/Ann/thanks?why=a%26b%20c&by=reject";
        assert_eq!((posted.status, &*posted.headers["location"]), (303, location));
        let ended = urls.end_of(&waiting).await;
        assert_eq!((ended.error.as_deref(), ended.cause.as_deref()), (Some("By.Ann"), Some("Ann: a&b c")));

        let stolen = json!({ "name": "fail", "type": "failure", "error": "$error" });
        let order = json!({ "actions": [stolen], "enable_output_parameters": true });
        let (waiting, created) = urls.created_with(order).await;
        let posted = urls.post(&with(&created["urls"]["fail"], "error=States.Timeout")).await;
        assert_eq!(posted.error(), (400, "OutputFormatting".to_owned()), "it would be taken for another's");
        urls.stop(&waiting).await;
    });
}

#[test]
fn nothing_is_filled_in_where_nobody_wants_it_and_in_no_post_action() {
    run(stack("urls-no-parameters"), async |urls| {
        let action =
            json!({ "name": "go", "type": "success", "output": "$who", "response": { "text": "$who $$5 $missing" } });
        for order in [json!({ "actions": [action] }), json!({ "actions": [action], "enable_output_parameters": false })]
        {
            let (waiting, created) = urls.created_with(order).await;
            let posted = urls.post_as("text/plain", &with(&created["urls"]["go"], "who=Ann")).await;
            assert_eq!(posted.body, "$who $$5 $missing");
            assert_eq!(urls.end_of(&waiting).await.output, Some(json!("$who")));
        }

        let hook = json!({ "name": "hook", "type": "post", "outcomes": [
            { "name": "any", "type": "success", "schema": {}, "output": "$who", "response": { "text": "$who" } },
        ] });
        let (waiting, created) =
            urls.created_with(json!({ "actions": [action, hook], "enable_output_parameters": true })).await;
        let post = urls.client.post(with(&created["urls"]["hook"], "who=Ann").as_str().unwrap());
        let post = post.header("accept", "text/plain").header("content-type", "application/json").body("{}");
        assert_eq!(urls.sent(post).await.body, "$who");
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("$who")));
    });
}
