//! HTTP APIs of API Gateway: requests become invocations of functions, and their responses replies.
//!
//! Events and responses have the [payload format 2.0](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
//! The signature of a request is verified, that of a token is not. A path may hold a secret, so nothing here logs one.

mod authorizer;
mod body;
mod event;
mod gateway;
mod iam;
mod path;
mod refusal;
mod response;
mod routes;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Journal;
use crate::host::LambdaHost;
use crate::local_aws::Route;
use gateway::Gateway;
use routes::Routes;

/// How long requests under way may take to end, when their functions have been stopped.
const END: Duration = Duration::from_secs(10);

/// A request that was answered. It has no path, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiReply {
    /// The request's method.
    pub method: String,
    /// The key of the route that it took, such as `ANY /c/{link}`; nothing if there is none for it.
    pub route: Option<String>,
    /// The status of the reply.
    pub status: u16,
}

/// What serves the HTTP APIs of a stack, all of them at one URL of the loopback interface.
///
/// Dropping it closes it: requests under way still get their replies.
#[derive(Debug)]
pub struct HttpApi {
    url: String,
    gateway: Arc<Gateway>,
    closing: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl HttpApi {
    /// Starts to serve, still without routes, at a port; 0 takes a free one.
    ///
    /// # Errors
    /// If the port can't be had.
    pub async fn start(port: u16, host: &Arc<LambdaHost>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.with_context(|| format!("the HTTP API can't have port {port}"))?;
        let address = listener.local_addr()?;
        let gateway = Arc::new(Gateway::new(address, Arc::clone(host)));
        let service = Router::new().fallback(gateway::serve).with_state(Arc::clone(&gateway));
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        let (closing, mut closed) = watch::channel(false);
        let server = axum::serve(listener, service).with_graceful_shutdown(async move {
            // An error means that nobody is left who could close it.
            let _ = closed.wait_for(|closed| *closed).await;
        });
        let server = tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the HTTP API has ended");
            }
        });
        Ok(Self { url: format!("http://{address}"), gateway, closing, server })
    }

    /// Where it listens, without a slash at the end, such as `http://127.0.0.1:54321`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Serves these routes from now on, and no others. Those of REST APIs are left out.
    ///
    /// # Errors
    /// If one of them can't be served as on AWS, or two have the same key: the routes stay as they were.
    pub fn set_routes(&self, routes: &[Route]) -> anyhow::Result<()> {
        self.gateway.set_routes(Routes::new(routes)?);
        Ok(())
    }

    /// The requests that were answered.
    #[must_use]
    pub fn replies(&self) -> &Journal<ApiReply> {
        &self.gateway.replies
    }

    /// Waits until no request is under way.
    pub async fn idle(&self) {
        self.gateway.under_way.closed().await;
    }

    /// Accepts no more requests; those under way go on.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Closes it and waits until requests under way have their replies.
    ///
    /// # Errors
    /// If one has none after 10 s.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        self.close();
        let ended = tokio::time::timeout(END, &mut self.server).await;
        ended.context("a request to the HTTP API does not end")??;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
