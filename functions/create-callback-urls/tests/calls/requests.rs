//! What is said to requests before anybody reads what is ordered.

use serde_json::{Value, json};

use crate::bench::{Bench, order, request, urls};

fn with(path: &str, value: Value) -> Value {
    let mut request = request(&order(json!({})).to_string());
    *request.pointer_mut(path).unwrap() = value;
    request
}

#[tokio::test]
async fn other_methods_than_post_are_not_allowed() {
    let bench = Bench::new();
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post"] {
        let reply = bench.called(&with("/requestContext/http/method", json!(method))).await;
        let headers = json!({ "allow": "POST", "cache-control": "no-store", "x-content-type-options": "nosniff" });
        assert_eq!(reply, json!({ "statusCode": 405, "headers": headers }), "{method}");
    }
    assert_eq!((bench.stored(), bench.table.calls()), (None, 0));
}

#[tokio::test]
async fn whoever_sends_something_else_than_json_is_told_so() {
    let bench = Bench::new();
    let other = ["text/plain", "", "application/x-www-form-urlencoded", "text/json; application/json"];
    let other = other.map(|content_type| with("/headers/content-type", json!(content_type)));
    for request in other.into_iter().chain([with("/headers", json!({}))]) {
        let headers = json!({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
        assert_eq!(bench.called(&request).await, json!({ "statusCode": 415, "headers": headers }), "{request}");
    }
    assert_eq!((bench.stored(), bench.table.calls()), (None, 0));
}

#[tokio::test]
async fn json_may_be_announced_in_every_way_that_http_has() {
    let bench = Bench::new();
    for content_type in ["application/json; charset=utf-8", "Application/JSON", " application/json ;x=y"] {
        let (status, _) = bench.asked(&with("/headers/content-type", json!(content_type))).await;
        assert_eq!(status, 200, "{content_type}");
    }
    let (status, _) = bench.asked(&with("/headers", json!({ "Content-Type": "application/json" }))).await;
    assert_eq!(status, 200, "names of headers in capitals");
}

#[tokio::test]
async fn a_body_in_base64_is_read() {
    let bench = Bench::new();
    // { "token": "t", "actions": [{ "name": "go", "type": "heartbeat" }] }
    let encoded = "eyAidG9rZW4iOiAidCIsICJhY3Rpb25zIjogW3sgIm5hbWUiOiAiZ28iLCAidHlwZSI6ICJoZWFydGJlYXQiIH1dIH0=";
    let mut sent = with("/body", json!(encoded));
    sent["isBase64Encoded"] = json!(true);
    let (status, body) = bench.asked(&sent).await;
    assert_eq!(status, 200, "{body}");
    assert!(urls(&body)["go"].ends_with("?action=go&type=heartbeat"), "{body}");
    sent["body"] = json!("%%");
    let (status, body) = bench.asked(&sent).await;
    assert_eq!((status, &body["error"]), (400, &json!("InvalidJSON")));
}

#[tokio::test]
async fn what_is_no_json_is_told_where_and_not_what() {
    let bench = Bench::new();
    let deep =
        order(json!({ "more": 1 })).to_string().replace('1', &format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)));
    let large = order(json!({ "more": 1 })).to_string().replace('1', "1e999");
    // What is no JSON at all never comes as a call of the function.
    for (sent, direct) in
        [("{\"token\": secret", false), ("", false), ("{} {}", false), (&*deep, true), (&*large, true)]
    {
        let (status, requested) = bench.asked(&with("/body", json!(sent))).await;
        assert_eq!(status, 400);
        let called = if direct { serde_json::from_str(&bench.raw(sent).await).unwrap() } else { requested.clone() };
        for reply in [requested, called] {
            let fields: Vec<&String> = reply.as_object().unwrap().keys().collect();
            assert_eq!(fields, ["error", "message"]);
            let message = reply["message"].as_str().unwrap();
            assert!(reply["error"] == "InvalidJSON" && message.starts_with("the body is no JSON: "), "{message}");
            assert!(message.contains("line 1 column") && !message.contains("secret"), "{message}");
        }
    }
    let (status, reply) = bench.asked(&with("/body", Value::Null)).await;
    assert_eq!((status, &reply["error"]), (400, &json!("InvalidJSON")));
    assert_eq!((bench.stored(), bench.table.calls()), (None, 0));
}
