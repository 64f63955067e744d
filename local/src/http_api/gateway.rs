//! From a request to its reply.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio::time::timeout;

use super::ApiReply;
use super::authorizer::authorize;
use super::body;
use super::event::{Call, event};
use super::refusal::Refusal;
use super::response::response;
use super::routes::Routes;
use crate::Journal;
use crate::clock;
use crate::host::{LambdaHost, new_request_id};

/// What all requests share.
#[derive(Debug)]
pub(super) struct Gateway {
    address: SocketAddr,
    host: Arc<LambdaHost>,
    routes: Mutex<Arc<Routes>>,
    pub(super) replies: Journal<ApiReply>,
    /// Whoever works on a request subscribes to it.
    pub(super) under_way: watch::Sender<()>,
}

impl Gateway {
    pub(super) fn new(address: SocketAddr, host: Arc<LambdaHost>) -> Self {
        Self { address, host, routes: Mutex::default(), replies: Journal::default(), under_way: watch::Sender::new(()) }
    }

    pub(super) fn set_routes(&self, routes: Routes) {
        *self.routes.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(routes);
    }

    fn routes(&self) -> Arc<Routes> {
        Arc::clone(&self.routes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn reply(&self, request: Request, client: SocketAddr, request_id: &str) -> Result<Response, Refusal> {
        let (head, body) = request.into_parts();
        let (routes, body, at) = (self.routes(), body::read(body).await, clock::now());
        let found = routes.find(&head.method, head.uri.path()).ok_or(Refusal::NotFound)?;
        let body = body?;
        let authorizer = authorize(found.route, &head, &body, at)?;
        let (client, server) = (client.ip(), self.address);
        let call = Call { head: &head, body: &body, found: &found, authorizer, client, server, request_id, at };
        let invocation = self.host.invoke(&found.route.function, event(&call).to_string());
        let patience = Duration::from_millis(found.route.timeout_ms);
        response(&timeout(patience, invocation).await.map_err(|_| Refusal::Unavailable)??)
    }
}

pub(super) async fn serve(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let under_way = gateway.under_way.subscribe();
    let (request_id, method) = (new_request_id(), request.method().to_string());
    let route = gateway.routes().find(request.method(), request.uri().path()).map(|found| found.route.key());
    let reply = gateway.reply(request, client, &request_id).await;
    let mut reply = reply.unwrap_or_else(IntoResponse::into_response);
    gateway.replies.append(ApiReply { method, route, status: reply.status().as_u16() });
    drop(under_way);
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        reply.headers_mut().insert("apigw-requestid", id);
    }
    reply
}
