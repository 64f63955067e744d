//! What is replied to whoever wants URLs, by the API and by a direct call.

use serde_json::{Value, json};

use super::bench::{Urls, keys, run, stack, text};
use crate::cli::aws;

fn approve() -> Value {
    json!({ "name": "approve", "type": "success", "output": 1 })
}

/// The outputs of the stack, by their names there.
async fn are_named_by_the_stack(urls: &Urls<'_>) {
    let bridge = &urls.sample.bridge;
    assert_eq!(bridge.output("Api").unwrap(), bridge.api_url());
    assert_eq!(bridge.output("Function").unwrap(), bridge.function("CreateCallbackUrlsFunction").unwrap().name);
    let policy = bridge.output("Policy").unwrap();
    let words = ["iam", "get-policy", "--policy-arn", policy, "--query", "Policy.Arn", "--output", "text"];
    assert_eq!(aws(urls.sample.bridge.region(), &words).await.trim(), policy);
}

#[test]
fn both_ways_have_the_same_contract() {
    run(stack("urls-create"), async |urls| {
        are_named_by_the_stack(urls).await;
        let waiting = urls.waits().await;
        let order = json!({
            "token": waiting.token, "expiration": "2099-01-01T00:00:00",
            "actions": [approve(), { "name": "reject", "type": "failure" }],
        });
        let direct = urls.create(&order).await;
        let posted = urls.post_order(&order).await;
        assert_eq!((posted.status, &*posted.headers["content-type"]), (200, "application/json"));
        for created in [direct, posted.json()] {
            assert_eq!(keys(&created), ["expiration", "transaction_id", "urls"]);
            assert_eq!(created["transaction_id"].as_str().unwrap().len(), 32);
            assert_eq!(created["expiration"], "2099-01-01T00:00:00");
            assert_eq!(keys(&created["urls"]), ["approve", "reject"]);
            let url = text(&created["urls"]["approve"]);
            assert!(url.len() < 200 && url.ends_with("?action=approve&type=success"), "{url}");
            assert!(!url.contains(&waiting.token[20..]), "no token stands in it");
        }
        let refused = json!({ "token": waiting.token, "actions": [approve(), approve()] });
        let direct = urls.create(&refused).await;
        let posted = urls.post_order(&refused).await;
        assert_eq!(posted.error(), (400, "DuplicateActionName".to_owned()));
        assert_eq!((&direct["error"], &direct["message"]), (&posted.json()["error"], &posted.json()["message"]));
        urls.stop(&waiting).await;
    });
}

#[test]
fn the_api_wants_a_signature_a_post_and_json() {
    run(stack("urls-api"), async |urls| {
        let url = format!("{}/urls", urls.sample.bridge.api_url());
        let unsigned = urls.sent(urls.client.post(&url).header("content-type", "application/json").body("{}")).await;
        assert_eq!(unsigned.status, 403);
        let broken = urls.sent(urls.signed("{", "application/json")).await;
        assert_eq!(broken.error(), (400, "InvalidJSON".to_owned()));
        let text = urls.sent(urls.signed("{}", "text/plain")).await;
        assert_eq!((text.status, &*text.body), (415, ""));
        let got = urls.sent(urls.client.get(&url)).await;
        assert!(matches!(got.status, 404 | 405), "there is no such route: {got:?}");
    });
}

#[test]
fn urls_begin_where_the_order_says() {
    run(stack("urls-base"), async |urls| {
        let waiting = urls.waits().await;
        for (base_url, begins) in [
            (json!("https://answers.example.com/prod/"), "https://answers.example.com/prod/u/"),
            (json!({ "api_id": "abc", "stage": "v1" }), "https://abc.execute-api.us-east-1.amazonaws.com/v1/u/"),
            (
                json!({ "api_id": "abc", "stage": "v1", "region": "eu-west-1" }),
                "https://abc.execute-api.eu-west-1.amazonaws.com/v1/u/",
            ),
        ] {
            let order = json!({ "token": waiting.token, "actions": [approve()], "base_url": base_url });
            let created = urls.create(&order).await;
            assert!(text(&created["urls"]["approve"]).starts_with(begins), "{created}");
            let posted = urls.post_order(&order).await.json();
            assert!(text(&posted["urls"]["approve"]).starts_with(begins), "{posted}");
        }
        let elsewhere = urls.sample.bridge.api_url().replace("127.0.0.1", "localhost");
        assert_ne!(elsewhere, urls.sample.bridge.api_url());
        let order = json!({ "token": waiting.token, "actions": [approve()], "base_url": format!("{elsewhere}/") });
        let created = urls.post_order(&order).await.json();
        let url = &created["urls"]["approve"];
        assert!(text(url).starts_with(&format!("{elsewhere}/u/")), "{url}");
        assert_eq!((urls.get(url).await.status, urls.post(url).await.status), (200, 200));
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!(1)));
    });
}
