//! What whoever has called a URL is shown: as the action says, in the form that is asked for.

use callbacks::pages::headers;
use serde_json::{Value, json};

use crate::{
    bench::Seen,
    urls::{ACCEPT, BROWSER, Urls},
};

/// What is shown to each of [`ACCEPT`] after POST.
async fn shown(response: Value) -> (Urls, Vec<Seen>) {
    let urls = Urls::of(json!([
        { "name": "it", "type": "success", "output": 1, "response": response },
        { "name": "other", "type": "success", "output": 2, "response": response },
    ]))
    .await;
    let mut shown = Vec::new();
    for accept in ACCEPT {
        shown.push(urls.bench.seen(urls.to("POST", "it").with_header("accept", accept)).await);
    }
    (urls, shown)
}

#[tokio::test]
async fn the_usual_reply_is_a_page_json_or_text() {
    for response in [json!({}), json!({ "unknown": 1 })] {
        let (urls, seen) = shown(response).await;
        assert!(
            seen[0].body.contains("<h1>Your answer is taken</h1>") && seen[0].body.contains("it"),
            "{}",
            seen[0].body
        );
        for json in &seen[1..3] {
            assert_eq!((&*json.headers["content-type"], json.json()), ("application/json", urls.taken("it")));
        }
        assert_eq!(
            (&*seen[3].headers["content-type"], seen[3].json()),
            ("text/plain; charset=utf-8", urls.taken("it"))
        );
        for seen in seen {
            for (name, value) in headers() {
                assert_eq!(seen.headers.get(*name).map(String::as_str), Some(*value), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn each_form_has_the_body_that_the_action_gives_for_it() {
    let (urls, seen) =
        shown(json!({ "json": { "hello": "world" }, "html": "<html>hello", "text": "hello, text" })).await;
    let bodies: Vec<_> = seen.iter().map(|seen| (seen.status, &*seen.headers["content-type"], &*seen.body)).collect();
    assert_eq!(
        bodies,
        [
            (200, "text/html; charset=utf-8", "<html>hello"),
            (200, "application/json", r#"{"hello":"world"}"#),
            (200, "application/json", r#"{"hello":"world"}"#),
            (200, "text/plain; charset=utf-8", "hello, text"),
        ]
    );
    for accept in ["application/json;q=0.5, text/plain", "text/plain, application/json"] {
        let sent = urls.to("POST", "it").with_header("accept", accept);
        assert_eq!(urls.bench.seen(sent).await.body, "hello, text", "{accept}");
    }
    for accept in ["image/png", "", "nonsense;;,", "text/plain;q=0"] {
        let sent = urls.to("POST", "it").with_header("accept", accept);
        assert_eq!(urls.bench.seen(sent).await.body, r#"{"hello":"world"}"#, "{accept}");
    }
}

#[tokio::test]
async fn where_there_is_no_body_for_a_form_the_usual_one_is_shown() {
    let (urls, seen) = shown(json!({ "html": "<html>hello" })).await;
    assert_eq!((&*seen[0].body, seen[1].json(), seen[3].json()), ("<html>hello", urls.taken("it"), urls.taken("it")));
    let (_, seen) = shown(json!({ "json": {} })).await;
    assert!(seen[1].body == "{}" && seen[0].body.contains("Your answer is taken"));
}

/// Whoever has created the URL has written it, and it is shown under the name of the bridge.
#[tokio::test]
async fn html_of_others_runs_nothing_and_knows_nothing_of_this_origin() {
    let (_, seen) = shown(json!({ "html": "<script>alert(1)</script><img src=https://example.com/x.png>" })).await;
    let policy = &seen[0].headers["content-security-policy"];
    assert!(policy.starts_with("sandbox ") && policy.contains("default-src 'none'"), "{policy}");
    for allowed in ["allow-scripts", "allow-same-origin", "allow-forms", "allow-top-navigation", "script-src"] {
        assert!(!policy.contains(allowed), "{policy}");
    }
    assert!(policy.contains("img-src https: data:"), "{policy}");
    assert_eq!(seen[0].headers["x-content-type-options"], "nosniff");
    assert_eq!(seen[0].headers["referrer-policy"], "no-referrer");
    assert!(seen[1].headers["content-security-policy"].contains("form-action 'self'"), "the JSON of it is ours");
}

#[tokio::test]
async fn a_redirect_counts_before_everything_else() {
    let response = json!({ "redirect": "https://example.com/a?b=c#d", "json": {}, "html": "hello", "text": "hello" });
    let (urls, seen) = shown(response).await;
    for seen in &seen {
        assert_eq!((seen.status, &*seen.body, &*seen.headers["location"]), (303, "", "https://example.com/a?b=c#d"));
        assert!(!seen.headers.contains_key("content-type"));
        assert_eq!(seen.headers["referrer-policy"], "no-referrer", "where it leads does not learn the URL");
    }
    assert_eq!(urls.bench.seen(urls.to("GET", "it")).await, seen[0], "whoever looks afterwards is shown the same");
    assert_eq!(urls.told().len(), 1);
}

#[tokio::test]
async fn errors_are_shown_in_the_usual_way_whatever_the_action_says() {
    for response in [
        json!({ "json": { "fine": true }, "html": "all is fine", "text": "all is fine" }),
        json!({ "redirect": "https://example.com" }),
    ] {
        let (urls, _) = shown(response).await;
        for accept in ACCEPT {
            let seen = urls.bench.seen(urls.to("POST", "other").with_header("accept", accept)).await;
            assert!(seen.status == 400 && seen.body.contains("StepFunctionsError"), "{}", seen.body);
            assert!(!seen.body.contains("fine") && !seen.headers.contains_key("location"), "{}", seen.body);
            assert!(seen.headers["content-security-policy"].contains("form-action 'self';"));
        }
        let page = urls.bench.seen(urls.to("POST", "other").with_header("accept", BROWSER)).await;
        assert!(page.body.contains("<h1>Your answer is not taken</h1>"), "{}", page.body);
    }
}
