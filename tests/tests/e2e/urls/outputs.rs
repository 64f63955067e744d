//! Custom responses, and parameters that fill them and the output in.

use serde_json::json;

use super::bench::{run, stack, text};

#[test]
fn the_accept_header_chooses_among_the_responses_of_an_action() {
    run(stack("urls-responses"), async |urls| {
        let response = json!({ "json": { "hello": "world" }, "html": "<b>hello</b>", "text": "hello" });
        let actions = json!([{ "name": "go", "type": "success", "output": 1, "response": response }]);
        let (waiting, created) = urls.created(actions).await;
        let url = text(&created["urls"]["go"]);
        for (accept, content_type, body) in [
            ("application/json", "application/json", r#"{"hello":"world"}"#),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8", "<b>hello</b>"),
            ("text/plain", "text/plain; charset=utf-8", "hello"),
            ("*/*", "application/json", r#"{"hello":"world"}"#),
        ] {
            let posted = urls.sent(urls.client.post(url).header("accept", accept)).await;
            assert_eq!((posted.status, &*posted.headers["content-type"], &*posted.body), (200, content_type, body));
        }
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!(1)));
    });
}

#[test]
fn a_redirect_counts_before_the_other_responses() {
    run(stack("urls-redirect"), async |urls| {
        let response = json!({ "redirect": "https://shop.example.com/thanks", "text": "not this" });
        let actions = json!([{ "name": "go", "type": "failure", "response": response }]);
        let (waiting, created) = urls.created(actions).await;
        let posted = urls.post(&created["urls"]["go"]).await;
        assert_eq!((posted.status, &*posted.headers["location"]), (303, "https://shop.example.com/thanks"));
        urls.end_of(&waiting).await;
    });
}

#[test]
fn parameters_behind_a_url_fill_in_what_its_action_says() {
    run(stack("urls-parameters"), async |urls| {
        let action = json!({
            "name": "go", "type": "success", "output": { "by": "$who", "$what": ["${who} paid $$5", 5] },
            "response": { "html": "<p>$who</p>" },
        });
        let order = json!({ "actions": [action], "enable_output_parameters": true });
        let (waiting, created) = urls.created_with(order).await;
        let url = text(&created["urls"]["go"]);
        assert_eq!(urls.post(&url.into()).await.error(), (400, "OutputFormatting".to_owned()), "nobody says who");
        assert!(urls.is_running(&waiting).await);
        let filled = format!("{url}&who=%3CAnn%3E&what=done");
        let posted = urls.sent(urls.client.post(filled).header("accept", "text/html")).await;
        assert_eq!((posted.status, &*posted.body), (200, "<p>&#60;Ann&#62;</p>"));
        let output = urls.end_of(&waiting).await.output;
        assert_eq!(output, Some(json!({ "by": "<Ann>", "done": ["<Ann> paid $5", 5] })));
    });
}
