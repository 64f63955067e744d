//! Notices to chat channels: incoming webhooks as Slack has them, behind the port `Notifier`.

#[cfg(test)]
mod tests;
mod urls;

use std::time::Duration;

use callbacks::{
    Notifier, NotifyError, OutgoingNotice,
    notices::{BaseUrl, ChatMessage},
};
use reqwest::{Client, StatusCode, header::CONTENT_TYPE, redirect};

use urls::WebhookUrls;
pub use urls::WebhooksError;

use crate::PlainHttp;

/// How long one notice may take.
const ONE_TRY: Duration = Duration::from_secs(5);
/// How long it may take to get through.
const CONNECT: Duration = Duration::from_secs(2);

/// The [incoming webhooks](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks) of channels, by name.
///
/// Whoever knows the URL of one may post there, so it is never shown, and no redirect is followed.
#[derive(Debug, Clone)]
pub struct IncomingWebhooks {
    http: Client,
    urls: WebhookUrls,
    base_url: BaseUrl,
}

impl IncomingWebhooks {
    /// Reads the text of a secret, `{ "finance": "https://hooks.slack.com/services/.." }`: the names that approvers with the
    /// channel `slack` have as their addresses. Links begin with `base_url`.
    ///
    /// # Errors
    /// When the secret has another form, a URL is none that may be used, or there is no TLS. No error repeats a URL.
    pub fn read(secret: &str, plain_http: PlainHttp, base_url: BaseUrl) -> Result<Self, WebhooksError> {
        let http = Client::builder().timeout(ONE_TRY).connect_timeout(CONNECT).redirect(redirect::Policy::none());
        let http = http.build().map_err(WebhooksError::NoClient)?;
        Ok(Self { http, urls: WebhookUrls::read(secret, plain_http)?, base_url })
    }
}

impl Notifier for IncomingWebhooks {
    async fn send(&self, notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        let name = &notice.approver.address;
        let url = self.urls.get(name).ok_or_else(|| {
            NotifyError(format!("no incoming webhook is called {name:?}: put its URL into the secret under this name"))
        })?;
        let message = ChatMessage::of(notice, &self.base_url).as_json().to_owned();
        let post = self.http.post(url.clone()).header(CONTENT_TYPE, "application/json").body(message);
        match post.send().await {
            Ok(reply) if reply.status().is_success() => Ok(()),
            Ok(reply) => Err(refused(name, reply.status())),
            Err(error) => Err(NotifyError(format!("the incoming webhook {name:?}: {}", unanswered(&error)))),
        }
    }
}

fn refused(name: &str, status: StatusCode) -> NotifyError {
    let advice = match status.as_u16() {
        300..400 => "redirects are not followed: put the URL where it leads into the secret",
        403 | 404 | 410 => "it does not exist any more: make another one, and put its URL into the secret",
        429 | 500.. => "it is tried again",
        _ => "it is none that takes messages as Slack does",
    };
    NotifyError(format!("the incoming webhook {name:?} replied with {status}: {advice}"))
}

/// The text of the error may repeat the URL.
fn unanswered(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no reply in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "no usable reply"
    }
}
