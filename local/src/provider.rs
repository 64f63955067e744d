//! The payment provider of the demo: an HTTP server that stands for another company's system, with payees of every kind.
//!
//! It knows the bridge as Standard Webhooks have it: what it is sent has to be signed, and its own events are. Signatures are
//! made and checked by the official crate, so that the bridge's own are held against it.
//!
//! What it does by itself depends on the payee, see [`payees`]. For everything else a test tells it what to say:
//! [`say`](Provider::say) and [`send`](Provider::send).

mod bridge;
mod counter;
mod dealing;
mod event;
mod mood;
pub mod payees;
mod payment;
mod secret;
#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::{Journal, Reader};
pub use bridge::Word;
pub use dealing::{BridgeReply, Dealing, Way};
pub use event::SignedEvent;
pub use payment::Payment;
use payment::Payments;
use secret::Secret;

/// The name under which it is registered with the bridge, as a destination and as a sender of events.
pub const PAYMENT_PROVIDER: &str = "payment-provider";

/// How the provider behaves.
#[derive(Debug, Clone, Default)]
pub struct ProviderOptions {
    /// How long it takes over a call about [`payees::SLOW`].
    pub slow: Duration,
    /// How long it rests before each thing that it says by itself. By default it does not.
    pub pace: Duration,
}

/// A running provider; it ends when it is dropped, and so does what it is about to say.
#[derive(Debug)]
pub struct Provider {
    url: String,
    office: Arc<Office>,
    serving: JoinHandle<()>,
}

/// What all calls share.
#[derive(Debug)]
struct Office {
    options: ProviderOptions,
    /// What the bridge signs its calls with.
    of_the_bridge: Secret,
    /// What the provider signs its events with.
    own: Secret,
    payments: Payments,
    dealings: Journal<Dealing>,
    client: reqwest::Client,
    /// Where the bridge takes events, once that is known.
    events_url: OnceLock<String>,
    /// What it says by itself, payment by payment.
    at_work: Mutex<JoinSet<()>>,
}

impl Provider {
    /// Starts a provider on a free port of this machine, with new secrets.
    ///
    /// # Errors
    /// When there is no free port, or no HTTP client.
    pub async fn start(options: ProviderOptions) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let office = Arc::new(Office {
            options,
            of_the_bridge: Secret::new(),
            own: Secret::new(),
            payments: Payments::default(),
            dealings: Journal::default(),
            client: bridge::client()?,
            events_url: OnceLock::new(),
            at_work: Mutex::default(),
        });
        let service = Router::new().route("/v1/payments", post(counter::pay)).with_state(Arc::clone(&office));
        let serving = tokio::spawn(async move {
            // It ends with the task, which `drop` aborts.
            let _ended = axum::serve(listener, service).await;
        });
        Ok(Self { url, office, serving })
    }

    /// Where it is, as in `http://127.0.0.1:4321/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the secret of destinations has to say for the bridge to call it at this URL, which is its own or that of a
    /// [`Proxy`](crate::Proxy) in front of it. It contains a secret.
    #[must_use]
    pub fn destinations(&self, url: &str) -> Value {
        let url_prefix = format!("{}/v1/", url.trim_end_matches('/'));
        json!({ PAYMENT_PROVIDER: { "urlPrefix": url_prefix, "signWith": [self.office.of_the_bridge.text()] } })
    }

    /// What the secret of senders has to say for the bridge to take its events. It contains a secret.
    #[must_use]
    pub fn senders(&self) -> Value {
        json!({ PAYMENT_PROVIDER: { "verifyWith": [self.office.own.text()], "externalIdAt": "/data/paymentId" } })
    }

    /// Both secrets, in Base64. No line of output may hold one.
    #[must_use]
    pub fn secrets(&self) -> [&str; 2] {
        [&self.office.of_the_bridge, &self.office.own].map(Secret::base64)
    }

    /// Tells where the HTTP API of the bridge is, as in `http://127.0.0.1:4321`. Events are sent from then on.
    pub fn send_events_to(&self, api_url: &str) {
        let _ = self.office.events_url.set(format!("{api_url}/webhooks/{PAYMENT_PROVIDER}")); // it stays where it is
    }

    /// All that went on between the bridge and the provider: no link and no secret is in it.
    #[must_use]
    pub fn dealings(&self) -> &Journal<Dealing> {
        &self.office.dealings
    }

    /// What goes on from now on.
    #[must_use]
    pub fn tail(&self) -> Reader<Dealing> {
        self.office.dealings.tail()
    }

    /// The payment with this reference, as it was when it was first asked for; waits for that.
    ///
    /// # Errors
    /// When nobody asks for it `within` this time.
    pub async fn payment(&self, reference: &str, within: Duration) -> anyhow::Result<Payment> {
        let mut dealings = self.office.dealings.reader();
        let is_it = |dealing: &Dealing| matches!(dealing, Dealing::Called(payment) if payment.reference == reference);
        match dealings.find(within, is_it).await? {
            Dealing::Called(payment) => Ok(payment),
            other => anyhow::bail!("{other:?} is no call"),
        }
    }

    /// Says something about a payment by the link that stood in the call, once. With an `Idempotency-Key`, the same again by
    /// the same key is answered as before.
    ///
    /// # Errors
    /// When there is no such payment, or the bridge does not reply.
    pub async fn say(
        &self,
        payment: &Payment,
        word: &Word,
        idempotency_key: Option<&str>,
    ) -> anyhow::Result<BridgeReply> {
        self.office.say(&payment.id, word, idempotency_key).await
    }

    /// Sends an event, once.
    ///
    /// # Errors
    /// When nobody has [told](Self::send_events_to) where to, or the bridge does not reply.
    pub async fn send(&self, event: &SignedEvent) -> anyhow::Result<BridgeReply> {
        self.office.send(event).await
    }

    /// The link that stood in the call for a payment. Whoever has it can answer the task.
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn link_of(&self, payment: &Payment) -> anyhow::Result<String> {
        self.office.payments.link(&payment.id).map(|link| link.answer())
    }

    /// What stands behind `/c/` in all links that the provider was given. No line of output may hold one.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        self.office.payments.links()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
        self.office.at_work().abort_all();
    }
}

impl Office {
    fn at_work(&self) -> std::sync::MutexGuard<'_, JoinSet<()>> {
        // Tasks are added whole, or not at all.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn events_url(&self) -> anyhow::Result<&str> {
        let url = self.events_url.get().context("nobody has told the provider where to send events")?;
        Ok(url)
    }
}
