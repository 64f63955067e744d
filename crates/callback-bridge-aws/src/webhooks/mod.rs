//! Calls to other systems: signed webhooks over HTTP, behind the port `Webhooks`.

mod addresses;
mod destinations;
mod reply;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use callback_bridge::InvalidField;
use callbacks::{
    CallError, CallReply, Clock, OutgoingCall, Webhook, Webhooks,
    notices::BaseUrl,
    signed::{ID, RegistrationError, SIGNATURE, TIMESTAMP},
};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{ACCEPT, CONTENT_TYPE},
    redirect,
};

use addresses::PublicNames;
use destinations::Destination;
pub use destinations::Destinations;

use crate::{Error, Lambda, PlainHttp, SystemClock, read_secret};

/// How long one call may take.
const ONE_TRY: Duration = Duration::from_secs(10);
/// How long it may take to get through, names resolved.
const CONNECT: Duration = Duration::from_secs(2);

const JSON: &str = "application/json";
const USER_AGENT: &str = concat!("callback-bridge/", env!("CARGO_PKG_VERSION"));

/// Calls registered destinations, by POST, as [Standard Webhooks](https://www.standardwebhooks.com) says: `webhook-id` is the id
/// of the callback and stays the same when it is called again, and each call is signed anew.
///
/// Only public addresses are called, and those that were looked at. No redirect is followed, and no proxy of the environment is
/// used, which would look for addresses itself. The body holds the link by which the task is answered, so it is shown nowhere.
///
/// What a response means:
///
/// | response | meaning |
/// |---|---|
/// | 2xx | taken; the body, if it is JSON of up to 64 KiB, may be the answer |
/// | 408, 425, 429, 5xx, none | called again, not before `Retry-After`, of a day at most |
/// | 3xx, every other 4xx, an address that is not public | refused: the task is failed |
#[derive(Debug, Clone)]
pub struct HttpWebhooks<K = SystemClock> {
    http: Client,
    destinations: Result<Destinations, RegistrationError>,
    base_url: BaseUrl,
    clock: K,
    one_try: Duration,
}

impl<K: Clock> HttpWebhooks<K> {
    /// Calls these destinations, with links that begin with `base_url`.
    ///
    /// Where they could not be read, no message is refused because of that and no task is failed: its call is tried again until
    /// its deadline, and by then the registration may be mended.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn new(
        destinations: Result<Destinations, RegistrationError>,
        base_url: BaseUrl,
        clock: K,
    ) -> Result<Self, Error> {
        let http = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT)
            .dns_resolver(Arc::new(PublicNames))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .https_only(PlainHttp::from(&base_url) == PlainHttp::Never)
            // A connection would not outlive the time for which Lambda freezes the function, and addresses are looked at anew.
            .pool_max_idle_per_host(0);
        Ok(Self { http: http.build()?, destinations, base_url, clock, one_try: ONE_TRY })
    }

    fn post(&self, call: &OutgoingCall<'_>, destination: &Destination, url: Url) -> RequestBuilder {
        let body = call.webhook.body_with(&self.base_url.answer_url(&call.link)).to_string();
        let (id, at) = (call.request.id.to_string(), self.clock.now());
        let signature = destination.secrets().sign(&id, at, &body);
        let post = self.http.post(url).timeout(self.one_try).header(ACCEPT, JSON).header(CONTENT_TYPE, JSON);
        post.header(ID, id).header(TIMESTAMP, at.as_second()).header(SIGNATURE, signature).body(body)
    }
}

impl<K: Clock> Webhooks for HttpWebhooks<K> {
    fn check(&self, webhook: &Webhook) -> Result<(), InvalidField> {
        // What cannot be read is known to nobody.
        let Ok(destinations) = &self.destinations else { return Ok(()) };
        let invalid = |path: &str, problem| InvalidField { path: path.to_owned(), problem };
        let name = &webhook.destination;
        let destination = destinations.get(name).ok_or_else(|| invalid("webhook.destination", not_registered(name)))?;
        match destination.url(&webhook.path) {
            Some(_) => Ok(()),
            None => Err(invalid("webhook.path", format!("leads away from the URL prefix of {name}"))),
        }
    }

    async fn call(&self, call: &OutgoingCall<'_>) -> Result<CallReply, CallError> {
        let name = &call.webhook.destination;
        let again = |reason| CallError::Again { reason, after: None };
        let destinations = self.destinations.as_ref();
        let destinations = destinations.map_err(|error| again(format!("the destinations cannot be read: {error}")))?;
        // It was registered when the task was parked, so it may be again.
        let destination = destinations.get(name).ok_or_else(|| again(not_registered(name)))?;
        let url = destination.url(&call.webhook.path).ok_or_else(|| CallError::Refused {
            reason: format!("webhook.path leads away from the URL prefix of {name}"),
        })?;
        match self.post(call, destination, url).send().await {
            Ok(response) => reply::read(name, response, self.clock.now()).await,
            Err(error) => Err(reply::unanswered(name, &error)),
        }
    }
}

fn not_registered(name: &str) -> String {
    format!("no destination is called {name:?}: register it in the secret of destinations, with urlPrefix and signWith")
}

const DESTINATIONS_SECRET: &str = "BRIDGE_DESTINATIONS_SECRET_ARN";

/// What calls the destinations that are registered in the secret `BRIDGE_DESTINATIONS_SECRET_ARN`; none where that is not set.
/// Links begin with `BRIDGE_BASE_URL`.
///
/// # Errors
/// When a variable is wrong, or the secret cannot be read; the error names it. A secret of another form is logged: approvals and
/// deadlines do not wait until it is mended, and each call is tried again.
pub async fn webhooks(lambda: &Lambda) -> Result<HttpWebhooks, Error> {
    let base_url: BaseUrl = lambda.variables().required("BRIDGE_BASE_URL")?;
    let destinations = match lambda.variables().optional::<String>(DESTINATIONS_SECRET)? {
        Some(secret) => {
            let secret = read_secret(lambda.aws_config(), &secret).await?;
            Destinations::read(&secret, PlainHttp::from(&base_url))
        }
        None => Ok(Destinations::default()),
    };
    if let Err(error) = &destinations {
        tracing::error!(%error, variable = DESTINATIONS_SECRET, "no destination can be called");
    }
    HttpWebhooks::new(destinations, base_url, SystemClock)
}
