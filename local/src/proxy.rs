//! A proxy in front of a service, where every call can be seen, and be made to fail.

mod call;
mod caller;
mod door;
mod exchange;
mod faults;
mod upstream;

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{Faults, Journal};
pub use call::{Call, CallEvent};
pub use caller::Caller;
pub use faults::CallFault;

/// How long calls under way may take to end.
const END: Duration = Duration::from_secs(10);

/// Passes calls on to a service of this machine, unchanged, and their replies back; keeps a journal of them, and lets
/// faults strike them.
///
/// It listens at a door for each caller, so that it knows who calls. Dropping it closes them all.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    doors: JoinSet<()>,
}

/// What all doors share.
#[derive(Debug)]
struct Shared {
    /// The address of the service, as in `127.0.0.1:4321`.
    upstream: String,
    calls: Journal<Call>,
    faults: Faults<CallFault>,
    /// Every call that was passed on holds a receiver until it has its reply.
    under_way: watch::Sender<()>,
}

impl Proxy {
    /// A proxy, still without doors, in front of the service at this URL, as in `http://127.0.0.1:4321/`.
    ///
    /// # Errors
    /// When the URL has more to it: only whole services stand behind a proxy, and none that wants TLS.
    pub fn new(upstream: &str) -> anyhow::Result<Self> {
        let address = upstream.strip_prefix("http://").map(|address| address.trim_end_matches('/'));
        let Some(address) = address.filter(|address| !address.contains('/')) else {
            bail!("{upstream} is not of the form http://127.0.0.1:4321/");
        };
        let (upstream, under_way) = (address.to_owned(), watch::Sender::default());
        let shared = Shared { upstream, calls: Journal::default(), faults: Faults::default(), under_way };
        Ok(Self { shared: Arc::new(shared), doors: JoinSet::new() })
    }

    /// Opens a door on a free port of the loopback interface and returns its URL, as in `http://127.0.0.1:54321`. Whoever
    /// comes by it is this `caller`.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open(&mut self, caller: Option<Caller>) -> anyhow::Result<String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("the proxy needs a port")?;
        let url = format!("http://{}", listener.local_addr()?);
        self.doors.spawn(door::serve(listener, Arc::clone(&self.shared), caller));
        Ok(url)
    }

    /// Every call: when it comes, when a fault strikes it, and when it is replied to.
    #[must_use]
    pub fn calls(&self) -> &Journal<Call> {
        &self.shared.calls
    }

    /// What is to go wrong. A place is an operation, as it is in the journal.
    #[must_use]
    pub fn faults(&self) -> &Faults<CallFault> {
        &self.shared.faults
    }

    /// Closes all doors and waits for the calls that were passed on, so that the journal is complete.
    ///
    /// # Errors
    /// When a service does not reply within 10 s.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        self.doors.shutdown().await;
        let ended = tokio::time::timeout(END, self.shared.under_way.closed()).await;
        ended.with_context(|| format!("a call to {} does not end", self.shared.upstream))
    }
}

#[cfg(test)]
mod tests;
