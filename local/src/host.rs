//! The Lambda side: functions run as processes that speak the real Runtime API.

mod environment;
mod events;
mod faults;
mod function;
mod invocation;
mod invoke_api;
mod lifecycle;
mod mailbox;
mod running;
mod runtime_api;
mod sandbox;
mod state;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::body::Bytes;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::faults::Faults;
use crate::journal::Journal;
pub use events::{Event, EventKind};
pub use faults::Fault;
pub use function::{FunctionSpec, binary_name};
pub use invocation::{FunctionError, Invocation, InvokeError};
pub(crate) use lifecycle::new_request_id;
use running::Running;
use state::HostState;

/// How long a killed process may take to be gone.
const GONE: Duration = Duration::from_secs(5);

/// Runs functions as Lambda does, as far as a function can tell.
///
/// Each invocation has a process to itself; between invocations the process is stopped and kept.
/// A process that takes too long is killed with all that it started.
/// Dropping the host kills all processes.
#[derive(Debug)]
pub struct LambdaHost {
    state: Arc<HostState>,
    url: String,
    server: JoinHandle<()>,
}

impl LambdaHost {
    /// Starts a host without functions, on a free port of the loopback interface.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("the Lambda host needs a port")?;
        let address = listener.local_addr()?.to_string();
        let state = Arc::new(HostState::new(address.clone()));
        let routes = runtime_api::routes().merge(invoke_api::routes()).with_state(Arc::clone(&state));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the Lambda host has ended");
            }
        });
        Ok(Self { state, url: format!("http://{address}"), server })
    }

    /// Where the local AWS sends invocations: its `--functions`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes a function known; its first process starts with its first invocation.
    ///
    /// # Errors
    /// If there is a function of this name already.
    pub fn register(&self, spec: FunctionSpec) -> anyhow::Result<()> {
        let name = spec.name.clone();
        if !self.state.add(Running::new(spec)) {
            bail!("there is a function {name} already");
        }
        Ok(())
    }

    /// Changes the code of a function, its settings, or both, by the name in the specification.
    ///
    /// As on AWS, invocations under way end as they began, and the next one has a process of the new kind.
    /// What changed may also be the content of the same binary.
    ///
    /// # Errors
    /// If there is no function of this name.
    pub fn update(&self, spec: FunctionSpec) -> anyhow::Result<()> {
        let function =
            self.state.function(&spec.name).with_context(|| format!("there is no function {}", spec.name))?;
        function.update(spec);
        Ok(())
    }

    /// Forgets a function and kills its processes; unfinished invocations fail.
    ///
    /// # Errors
    /// If a process is still there after 5 s.
    pub async fn unregister(&self, function: &str) -> anyhow::Result<()> {
        let Some(running) = self.state.remove(function) else { return Ok(()) };
        for sandbox in running.shut_down() {
            if tokio::time::timeout(GONE, sandbox.process.exited()).await.is_err() {
                bail!("process {} of {function} would not end", sandbox.process.id());
            }
        }
        Ok(())
    }

    /// Invokes a function, by its name in AWS, and waits for what it comes to.
    ///
    /// An invocation goes on when nobody waits for it any more, as on AWS.
    ///
    /// # Errors
    /// Only if there was no invocation. A function that failed is an [`Invocation`] with an error.
    pub async fn invoke(&self, function: &str, payload: impl Into<Bytes>) -> Result<Invocation, InvokeError> {
        invoke(&self.state, function, payload.into()).await
    }

    /// Kills the processes of a function that are at work now; how many there were.
    #[must_use = "nothing may have been at work"]
    pub fn kill_running(&self, function: &str) -> usize {
        self.state.function(function).map_or(0, |running| running.kill_busy())
    }

    /// What is to go wrong.
    #[must_use]
    pub fn faults(&self) -> &Faults<Fault> {
        &self.state.faults
    }

    /// What happened.
    #[must_use]
    pub fn events(&self) -> &Journal<Event> {
        &self.state.events
    }

    /// Tells what happened around a function, on behalf of an event source.
    pub(crate) fn tell(&self, function: &str, what: EventKind) {
        if let Some(running) = self.state.function(function) {
            self.state.tell(&running, what);
        }
    }

    /// Forgets a function and kills its processes, without waiting for their end.
    pub(crate) fn discard(&self, function: &str) {
        if let Some(running) = self.state.remove(function) {
            running.shut_down();
        }
    }

    /// Kills all processes and stops listening.
    ///
    /// # Errors
    /// If a process would not end; the others have.
    pub async fn stop(&self) -> anyhow::Result<()> {
        let mut left = Vec::new();
        for function in self.state.function_names() {
            if let Err(error) = self.unregister(&function).await {
                left.push(error.to_string());
            }
        }
        self.server.abort();
        if !left.is_empty() {
            bail!("{}", left.join("; "));
        }
        Ok(())
    }
}

impl Drop for LambdaHost {
    fn drop(&mut self) {
        self.server.abort();
        self.state.function_names().iter().for_each(|function| self.discard(function));
    }
}

async fn invoke(host: &Arc<HostState>, function: &str, payload: Bytes) -> Result<Invocation, InvokeError> {
    let running = host.function(function).ok_or(InvokeError::UnknownFunction)?;
    let permit = running.capacity().try_acquire_owned().map_err(|error| match error {
        tokio::sync::TryAcquireError::NoPermits => InvokeError::Throttled,
        tokio::sync::TryAcquireError::Closed => InvokeError::Stopping,
    })?;
    let host = Arc::clone(host);
    let life = tokio::spawn(async move {
        let _permit = permit;
        lifecycle::run(&host, &running, payload).await
    });
    // A task ends without a result when its runtime is shut down.
    life.await.map_err(|_| InvokeError::Stopping)
}

#[cfg(test)]
pub(crate) mod tests;
