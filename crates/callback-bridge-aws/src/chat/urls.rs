//! Where webhooks are, which is a secret.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use reqwest::Url;

use crate::PlainHttp;

/// Why there are no webhooks.
#[derive(Debug, thiserror::Error)]
pub enum WebhooksError {
    /// The secret is something else.
    #[error(r#"the secret of incoming webhooks is not of the form {{ "finance": "https://.." }}"#)]
    Malformed,
    /// A URL cannot be used.
    #[error("the URL of the incoming webhook {name:?} is none that begins with https:")]
    NotHttps {
        /// The name of the webhook.
        name: String,
    },
    /// There is no TLS.
    #[error("there is no HTTP client")]
    NoClient(#[source] reqwest::Error),
}

/// URLs by name. `Debug` shows the names alone.
#[derive(Clone)]
pub(super) struct WebhookUrls(BTreeMap<String, Url>);

impl WebhookUrls {
    pub(super) fn read(secret: &str, plain_http: PlainHttp) -> Result<Self, WebhooksError> {
        // The error of the parser may repeat a URL.
        let texts: BTreeMap<String, String> = serde_json::from_str(secret).map_err(|_| WebhooksError::Malformed)?;
        let urls = texts.into_iter().map(|(name, text)| match Url::parse(text.trim()) {
            Ok(url) if may_be_used(&url, plain_http) => Ok((name, url)),
            _ => Err(WebhooksError::NotHttps { name }),
        });
        urls.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Url> {
        self.0.get(name)
    }
}

fn may_be_used(url: &Url, plain_http: PlainHttp) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => plain_http == PlainHttp::ToLoopback && leads_to_loopback(url),
        _ => false,
    }
}

/// Names are not resolved: `localhost` is this machine for every client.
fn leads_to_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for WebhookUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
