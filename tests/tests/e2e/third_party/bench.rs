//! A stack whose provider only accepts calls, so that a test says the rest, and requests whose replies are documented.

use std::{fs, time::Duration};

use callback_bridge_local::{
    Sample,
    provider::{Payment, payees},
};
use callback_bridge_tests::repository;
use callbacks::test_util::{Documented, DocumentedReply};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::Value;

use super::curl::Curl;
use crate::bench::{PATIENCE, payment};

/// A third party that was called, and says what a test wants it to.
pub(super) struct ThirdParty<'a> {
    pub(super) sample: &'a Sample,
    client: Client,
    documented: Documented,
}

/// A task that waits for the third party.
pub(super) struct Task {
    pub(super) execution: String,
    pub(super) payment: Payment,
    /// The link without `/answer`; a secret.
    pub(super) link: String,
}

/// A reply that is as documented.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Told {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The status, and the end of the `type` of a problem, or else the field `status` of the body.
    pub(super) fn in_short(&self) -> (u16, String) {
        let json = self.json();
        let said = if self.status < 400 { &json["status"] } else { &json["type"] };
        (self.status, said.as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default().to_owned())
    }
}

impl<'a> ThirdParty<'a> {
    pub(super) fn of(sample: &'a Sample) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_mins(1));
        let text = fs::read_to_string(repository().join("docs/openapi.json")).unwrap();
        Self { sample, client: client.build().unwrap(), documented: Documented::read(&text) }
    }

    /// Has the third party be called by a task.
    pub(super) async fn called(&self, reference: &str) -> Task {
        let input = payment(reference, payees::FORGOTTEN);
        let execution = self.sample.start("PaymentStateMachineArn", &input).await.unwrap();
        let payment = self.sample.provider.payment(reference, PATIENCE).await.unwrap();
        let link = self.sample.provider.link_of(&payment).unwrap();
        Task { execution, payment, link: link.strip_suffix("/answer").unwrap().to_owned() }
    }

    pub(super) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// A request of a sample on the page.
    pub(super) fn sample_of(&self, curl: &Curl, task: &Task) -> RequestBuilder {
        let mut request = self.request(curl.method.clone(), &curl.url.replace("$LINK", &task.link));
        for (name, value) in &curl.headers {
            request = request.header(name, value);
        }
        curl.body.iter().fold(request, |request, body| request.body(body.clone()))
    }

    /// Sends a request, and holds the reply against the document.
    pub(super) async fn told(&self, request: RequestBuilder) -> Told {
        let request = request.build().unwrap();
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let response = self.client.execute(request).await.map_err(reqwest::Error::without_url).unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(reqwest::Error::without_url).unwrap();
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
        let reply = DocumentedReply {
            method: &method,
            path: &path,
            status,
            content_type: header("content-type"),
            allow: header("allow"),
            retry_after: header("retry-after"),
            body: &text,
        };
        assert_eq!(self.documented.check(&reply), Ok(()));
        Told { status, text }
    }
}
