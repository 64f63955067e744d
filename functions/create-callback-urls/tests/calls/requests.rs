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
        assert_eq!(reply, json!({ "statusCode": 405, "headers": { "allow": "POST" } }), "{method}");
    }
    assert_eq!((bench.stored(), bench.table.calls()), (None, 0));
}

#[tokio::test]
async fn whoever_sends_something_else_than_json_is_told_so() {
    let bench = Bench::new();
    for content_type in
        ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp", "text/json; application/json"]
    {
        let reply = bench.called(&with("/headers/content-type", json!(content_type))).await;
        assert_eq!(reply, json!({ "statusCode": 415 }), "{content_type}");
    }
    let reply = bench.called(&with("/headers", json!({}))).await;
    assert_eq!(reply, json!({ "statusCode": 415 }), "no content type");
    assert_eq!((bench.stored(), bench.table.calls()), (None, 0));
}

#[tokio::test]
async fn json_may_be_announced_in_every_way_that_http_has() {
    let bench = Bench::new();
    for content_type in ["application/json; charset=utf-8", "Application/JSON", " application/json ;x=y"] {
        let (status, ..) = bench.asked(&with("/headers/content-type", json!(content_type))).await;
        assert_eq!(status, 200, "{content_type}");
    }
    let (status, ..) = bench.asked(&with("/headers", json!({ "Content-Type": "application/json" }))).await;
    assert_eq!(status, 200, "names of headers in capitals");
}

#[tokio::test]
async fn a_body_in_base64_is_read() {
    let bench = Bench::new();
    // { "token": "t", "actions": [{ "name": "gö", "type": "heartbeat" }] }
    let encoded = "eyAidG9rZW4iOiAidCIsICJhY3Rpb25zIjogW3sgIm5hbWUiOiAiZ8O2IiwgInR5cGUiOiAiaGVhcnRiZWF0IiB9XSB9";
    let mut sent = with("/body", json!(encoded));
    sent["isBase64Encoded"] = json!(true);
    let (status, _, body) = bench.asked(&sent).await;
    assert_eq!(status, 200, "{body}");
    assert!(urls(&body)["gö"].ends_with("?action=g%C3%B6&type=heartbeat"), "{body}");
    sent["body"] = json!("%%");
    let (status, _, body) = bench.asked(&sent).await;
    assert_eq!((status, &body["error"]), (400, &json!("InvalidJSON")));
}

#[tokio::test]
async fn a_body_that_is_no_json_is_told_where_and_not_what() {
    let bench = Bench::new();
    for body in [json!("{\"token\": secret"), json!(""), json!("{} {}"), Value::Null, json!("[".repeat(1_000))] {
        let (status, headers, reply) = bench.asked(&with("/body", body.clone())).await;
        assert_eq!((status, headers), (400, json!({ "content-type": "application/json" })));
        let fields: Vec<&String> = reply.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["error", "message"]);
        let message = reply["message"].as_str().unwrap();
        assert!(reply["error"] == "InvalidJSON" && message.starts_with("the body is no JSON: "), "{message}");
        assert!(message.contains("line 1 column") && !message.contains("secret"), "{message}");
    }
    assert_eq!((bench.stored(), bench.table.calls()), (None, 0));
}
