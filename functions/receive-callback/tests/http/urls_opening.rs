//! Opening the URLs of actions: what follows links, as mail scanners do, does nothing by it.

use callbacks::pages::headers;
use serde_json::json;

use crate::urls::{ACCEPT, BROWSER, Told, Urls, error};

#[tokio::test]
async fn get_and_head_show_the_name_of_the_action_and_change_nothing_however_often() {
    let urls = Urls::new().await;
    let (before, calls) = (urls.bench.stored(), urls.bench.callbacks.calls());
    for name in ["approve", "reject", "still_here"] {
        for (accept, content_type) in ACCEPT.into_iter().zip([
            "text/html; charset=utf-8",
            "application/json",
            "application/json",
            "text/plain; charset=utf-8",
        ]) {
            for _ in 0..3 {
                let sent = urls.to("GET", name).with_header("accept", accept);
                let get = urls.bench.seen(sent.clone()).await;
                assert_eq!((get.status, &*get.headers["content-type"]), (200, content_type));
                assert!(get.body.contains(name), "{}", get.body);
                let head = urls.bench.seen(sent.with_method("HEAD")).await;
                assert_eq!((head.status, &head.headers, &*head.body), (200, &get.headers, ""));
                for (header, value) in headers() {
                    assert_eq!(get.headers.get(*header).map(String::as_str), Some(*value), "{header}");
                }
            }
        }
    }
    assert_eq!((urls.bench.stored(), urls.bench.callbacks.calls()), (before, calls));
}

#[tokio::test]
async fn programs_are_told_that_nothing_is_done_yet() {
    let urls = Urls::new().await;
    let json = urls.bench.seen(urls.to("GET", "approve")).await.json();
    let mut usual = urls.taken("approve");
    usual["status"] = json!("open");
    usual["detail"] = json!("nothing is done yet: send a POST to this URL to do it");
    assert_eq!(json, usual);
    let text = urls.bench.seen(urls.to("GET", "approve").with_header("accept", "text/plain")).await;
    assert_eq!(text.json(), usual, "the same, to be read by people");
}

#[tokio::test]
async fn people_are_shown_a_form_that_posts_to_the_same_url_and_does_not_hold_it() {
    let urls = Urls::new().await;
    let page = urls.bench.seen(urls.to("GET", "approve").with_header("accept", BROWSER)).await;
    assert!(page.body.contains(r#"<form method="post">"#) && !page.body.contains("action="), "{}", page.body);
    assert!(!page.body.contains(&urls.link("approve")) && !page.body.contains("/u/"), "{}", page.body);
    assert!(page.headers["content-security-policy"].contains("form-action 'self';"));
}

#[tokio::test]
async fn what_an_action_shows_afterwards_is_not_shown_before() {
    let urls = Urls::of(json!([
        { "name": "it", "type": "success", "output": 1, "response": { "json": { "a": "hello" }, "html": "hello", "text": "hello" } },
        { "name": "leave", "type": "success", "output": 1, "response": { "redirect": "https://shop.example.com/thanks" } },
    ]))
    .await;
    for name in ["it", "leave"] {
        for accept in ACCEPT {
            let seen = urls.bench.seen(urls.to("GET", name).with_header("accept", accept)).await;
            assert!(seen.status == 200 && !seen.body.contains("hello") && seen.body.contains(name), "{}", seen.body);
            assert!(!seen.headers.contains_key("location"));
        }
    }
    let page = urls.bench.seen(urls.to("GET", "leave").with_header("accept", BROWSER)).await;
    let policy = &page.headers["content-security-policy"];
    assert!(!policy.contains("form-action"), "the form may lead there, and from there on: {policy}");
}

#[tokio::test]
async fn afterwards_the_url_that_was_called_shows_so_and_the_others_that_it_is_over() {
    let urls = Urls::new().await;
    let first = urls.post("approve").await;
    let before = urls.bench.stored();
    assert_eq!(urls.bench.seen(urls.to("GET", "approve")).await, first);
    for name in ["reject", "still_here"] {
        let seen = urls.bench.seen(urls.to("GET", name)).await;
        assert_eq!(error(&seen), (400, "StepFunctionsError".to_owned()));
    }
    assert_eq!((urls.bench.stored(), urls.told()), (before, vec![Told::Success(json!({ "loan": 42 }))]));
    assert!(urls.bench.outside.late().is_empty(), "whoever only looks has not answered");
}

/// The page would say that this is what was answered.
#[tokio::test]
async fn afterwards_the_same_url_with_other_parameters_is_another_answer() {
    let action = json!({ "name": "pay", "type": "success", "output": { "amount": "$amount" } });
    let urls = Urls::ordered(json!({ "actions": [action], "enable_output_parameters": true })).await;
    let three = urls.bench.seen(urls.with_parameters("POST", "pay", "amount=3")).await;
    assert_eq!(urls.bench.seen(urls.with_parameters("GET", "pay", "amount=3")).await, three);
    let other = urls.bench.seen(urls.with_parameters("GET", "pay", "amount=4")).await;
    assert_eq!(error(&other), (400, "StepFunctionsError".to_owned()));
}

#[tokio::test]
async fn a_post_action_is_not_opened() {
    let outcomes = json!([{ "name": "any", "type": "success", "schema": {}, "output_body": true }]);
    let urls = Urls::of(json!([{ "name": "hook", "type": "post", "outcomes": outcomes }])).await;
    let before = urls.bench.stored();
    for accept in ACCEPT {
        let get = urls.bench.seen(urls.to("GET", "hook").with_header("accept", accept)).await;
        assert_eq!((get.status, &*get.headers["allow"]), (405, "POST"));
        assert!(get.body.contains("PostActionNotPosted"), "{}", get.body);
        let head = urls.bench.seen(urls.to("HEAD", "hook").with_header("accept", accept)).await;
        assert_eq!((head.status, &head.headers, &*head.body), (405, &get.headers, ""));
    }
    assert_eq!(error(&urls.bench.seen(urls.to("GET", "hook")).await), (405, "PostActionNotPosted".to_owned()));
    assert_eq!((urls.bench.stored(), urls.told()), (before, vec![]));
}
