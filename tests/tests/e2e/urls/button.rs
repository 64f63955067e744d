//! A URL in a browser: the page has a button, and the browser sends what the page says.

use callback_bridge_local::people::Browser;
use reqwest::header::LOCATION;
use serde_json::json;

use super::bench::{run, stack, text, with};

#[test]
fn the_button_of_the_page_calls_the_url_with_its_query() {
    run(stack("urls-button"), async |urls| {
        let approve = json!({
            "name": "approve", "type": "success", "output": { "by": "$who" }, "response": { "html": "<p>Thanks, $who</p>" },
        });
        let order = json!({ "actions": [approve], "enable_output_parameters": true });
        let (waiting, created) = urls.created_with(order).await;
        let browser = Browser::new().unwrap();
        let page = browser.open(text(&with(&created["urls"]["approve"], "who=%3CAnn%3E"))).await.unwrap();
        assert!(page.status == 200 && page.html.contains("approve"), "{}", page.html);
        assert!(urls.is_running(&waiting).await, "a page was opened, and no more");
        let called = browser.send(&page, &page.form().unwrap()).await.unwrap();
        assert_eq!((called.status.as_u16(), &*called.html), (200, "<p>Thanks, &#60;Ann&#62;</p>"));
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!({ "by": "<Ann>" })));
        let shown = browser.open(page.url.as_str()).await.unwrap();
        assert!(shown.form().is_none(), "there is nothing to press any more: {}", shown.html);
    });
}

#[test]
fn the_button_leads_on_to_where_the_action_says() {
    run(stack("urls-button-redirect"), async |urls| {
        let response = json!({ "redirect": "https://shop.example.com/thanks" });
        let actions = json!([{ "name": "pay", "type": "success", "output": 1, "response": response }]);
        let (waiting, created) = urls.created(actions).await;
        let browser = Browser::new().unwrap();
        let page = browser.open(text(&created["urls"]["pay"])).await.unwrap();
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("form-action"), "a browser holds every hop of a redirect against it: {policy}");
        let called = browser.send(&page, &page.form().unwrap()).await.unwrap();
        assert_eq!(called.status, 303);
        assert_eq!(called.headers[LOCATION], "https://shop.example.com/thanks");
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!(1)));
    });
}
