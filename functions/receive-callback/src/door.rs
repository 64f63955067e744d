//! What is answered to whoever comes in from outside.

use callback_bridge::TaskCallbacks;
use callbacks::{
    CallbackStore, Clock, Desk, Outside,
    metrics::{PAGES, PageResult},
    pages,
    signed::Senders,
};
use lambda_http::{
    Body, Request, Response,
    http::{HeaderValue, Method, StatusCode},
};
use tracing::info;

use crate::{Config, visitor::Visitor};

/// The one way in: links are opened and answered here, by people and by machines, and signed events come.
#[derive(Debug)]
pub struct Door<S, C, O, K> {
    pub(crate) desk: Desk<S, C, O, K>,
    pub(crate) senders: Senders,
    pub(crate) config: Config,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Door<S, C, O, K> {
    /// A door to what is parked at this desk, for events of these senders, too.
    pub const fn new(desk: Desk<S, C, O, K>, senders: Senders, config: Config) -> Self {
        Self { desk, senders, config }
    }

    /// Answers a request, whatever it is.
    pub async fn answer(&self, request: &Request) -> Response<Body> {
        let sent = self.sent(Visitor(request)).await;
        PAGES.count(PageResult::of(sent.status).into());
        info!(http.method = %request.method(), http.status = sent.status, "a request was answered");
        let body = if request.method() == Method::HEAD { Body::Empty } else { Body::Text(sent.body) };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(sent.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in sent.headers {
            // A header of ours is ASCII; what leads elsewhere was looked at when it was made.
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    async fn sent(&self, visitor: Visitor<'_>) -> pages::Response {
        if let Some(sender) = visitor.sender() {
            return self.event(visitor, sender).await.response();
        }
        if let Some(way) = visitor.way() {
            return self.machine(visitor, way).await.response();
        }
        if visitor.is_url() {
            return self.url(visitor).await;
        }
        self.person(visitor).await
    }
}
