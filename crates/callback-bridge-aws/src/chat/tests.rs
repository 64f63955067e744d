//! Posts to a server on this machine; and the URL, which nobody gets to see.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, http::StatusCode as Status, routing::post};
use callbacks::Channel;
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;
use crate::test_notices::{BASE_URL, to};

const SECRET_PART: &str = "T0-B0-secret";

/// A server that replies with one status, and keeps what it is sent.
async fn server(status: u16) -> (String, Arc<Mutex<Vec<Value>>>) {
    let posts = Arc::new(Mutex::new(Vec::new()));
    let take = async move |State(posts): State<Arc<Mutex<Vec<Value>>>>, Json(body): Json<Value>| {
        posts.lock().unwrap().push(body);
        (Status::from_u16(status).unwrap(), [("location", "/elsewhere")])
    };
    let app = Router::new().route("/{*path}", post(take)).with_state(Arc::clone(&posts));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/{SECRET_PART}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    (url, posts)
}

fn webhooks(url: &str) -> IncomingWebhooks {
    let secret = serde_json::json!({ "finance": url }).to_string();
    IncomingWebhooks::read(&secret, PlainHttp::ToLoopback, BASE_URL.parse().unwrap()).unwrap()
}

async fn sent(webhooks: &IncomingWebhooks, name: &str) -> Result<(), String> {
    let sent = to(name, Channel::Slack, async |notice| webhooks.send(notice).await).await;
    sent.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_notice_is_posted_with_its_link() {
    let (url, posts) = server(200).await;
    sent(&webhooks(&url), "finance").await.unwrap();
    let posts = posts.lock().unwrap();
    assert_eq!(posts.len(), 1);
    let text = posts[0]["text"].as_str().unwrap_or_else(|| panic!("no message as Slack takes them: {posts:?}"));
    assert!(text.contains("https://approve.example.com/c/"), "{text}");
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_a_redirect_is_not_followed() {
    for (status, advice) in [
        (307, "redirects are not followed"),
        (404, "make another one"),
        (429, "it is tried again"),
        (503, "it is tried again"),
        (400, "none that takes messages as Slack does"),
    ] {
        let (url, posts) = server(status).await;
        let refused = sent(&webhooks(&url), "finance").await.unwrap_err();
        assert!(refused.contains("\"finance\"") && refused.contains(advice), "{refused}");
        assert_eq!(posts.lock().unwrap().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_unknown_name_says_what_to_do() {
    let unknown = sent(&webhooks("https://hooks.slack.com/services/x"), "legal").await.unwrap_err();
    let advice = r#"no incoming webhook is called "legal": put its URL into the secret under this name"#;
    assert_eq!(unknown, advice);
}

#[tokio::test]
async fn a_webhook_that_is_silent_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}/{SECRET_PART}", listener.local_addr().unwrap());
    let mut webhooks = webhooks(&silent);
    webhooks.http = Client::builder().timeout(Duration::from_millis(20)).build().unwrap();
    assert_eq!(sent(&webhooks, "finance").await.unwrap_err(), r#"the incoming webhook "finance": no reply in time"#);
    drop(listener);
    assert_eq!(sent(&webhooks, "finance").await.unwrap_err(), r#"the incoming webhook "finance": no connection"#);
}

#[test]
fn only_https_is_taken_and_plain_http_to_this_machine_where_that_is_said() {
    let read = |url: &str, plain_http| {
        IncomingWebhooks::read(
            &serde_json::json!({ "finance": url }).to_string(),
            plain_http,
            BASE_URL.parse().unwrap(),
        )
    };
    for url in ["https://hooks.slack.com/services/x", " https://hooks.slack.com/services/x\n"] {
        assert!(read(url, PlainHttp::Never).is_ok(), "{url}");
    }
    for url in ["http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/x"] {
        assert!(read(url, PlainHttp::ToLoopback).is_ok(), "{url}");
        assert!(matches!(read(url, PlainHttp::Never), Err(WebhooksError::NotHttps { .. })), "{url}");
    }
    for url in ["http://hooks.slack.com/x", "http://127.0.0.1.example.com/x", "http://10.0.0.1/x", "ftp://x", "x", ""] {
        assert!(matches!(read(url, PlainHttp::ToLoopback), Err(WebhooksError::NotHttps { .. })), "{url}");
    }
}

#[tokio::test]
async fn the_url_is_shown_nowhere() {
    let (url, _) = server(404).await;
    let webhooks = webhooks(&url);
    let refused = sent(&webhooks, "finance").await.unwrap_err();
    let unusable = |secret: &str| {
        IncomingWebhooks::read(secret, PlainHttp::Never, BASE_URL.parse().unwrap()).map(drop).unwrap_err().to_string()
    };
    let shown = [
        format!("{webhooks:?}"),
        refused,
        unusable(&serde_json::json!({ "finance": url }).to_string()),
        unusable(&serde_json::json!([url]).to_string()),
        unusable(&serde_json::json!(url).to_string()),
        unusable(&serde_json::json!({ "finance": { "url": url } }).to_string()),
    ];
    for text in shown {
        assert!(!text.contains(SECRET_PART) && !text.contains("127.0.0.1"), "{text}");
    }
}
