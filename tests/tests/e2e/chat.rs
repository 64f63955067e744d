//! A chat on this machine, which takes messages as Slack's incoming webhooks do.

use std::time::Duration;

use axum::{Json, Router, routing::post};
use callback_bridge_local::{Journal, LocalRegion};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The name of the one channel.
pub(crate) const CHANNEL: &str = "finance";

/// The channel, and what was posted there.
pub(crate) struct Chat {
    posts: Journal<Value>,
    /// The secret by which functions find it.
    pub(crate) secret_arn: String,
}

impl Chat {
    /// Starts it, and puts its URL into a secret of this name.
    pub(crate) async fn start(region: &LocalRegion, name: &str) -> Self {
        let posts = Journal::default();
        let app = Router::new().route(
            "/services/finance",
            post({
                let posts = posts.clone();
                async move |Json(body): Json<Value>| posts.append(body)
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/services/finance", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, app).await });
        let secret = json!({ (CHANNEL): url }).to_string();
        let call = region.aws().secrets_manager().create_secret().name(name).secret_string(secret);
        Self { posts, secret_arn: call.send().await.unwrap().arn.unwrap() }
    }

    /// The link in a message that has this in it, as soon as it is posted.
    pub(crate) async fn link(&self, text: &str, patience: Duration) -> String {
        let says = |post: &Value| post["text"].as_str().is_some_and(|posted| posted.contains(text));
        let post = self.posts.reader().find(patience, says).await.unwrap();
        let (_, link) = post["text"].as_str().unwrap().split_once("<http").unwrap();
        format!("http{}", link.split('|').next().unwrap())
    }
}
