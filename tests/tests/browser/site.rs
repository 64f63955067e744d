//! A site with a few pages, on this machine.

use std::{collections::HashMap, net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response as HttpResponse, StatusCode},
    response::IntoResponse,
};
use callback_bridge_local::Journal;
use callbacks::pages::{Response, headers};
use tokio::{net::TcpListener, task::JoinHandle};

/// What the site was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

/// A running site; it ends when it is dropped.
pub(crate) struct Site {
    address: String,
    asked: Journal<Asked>,
    serving: JoinHandle<()>,
}

/// Pages by the methods and paths that they answer, such as `GET /open`.
type Pages = HashMap<String, Response>;

impl Site {
    /// Serves these pages with their own headers.
    pub(crate) async fn of(pages: impl IntoIterator<Item = (String, Response)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Journal::default();
        let pages: Pages = pages.into_iter().collect();
        let routes = Router::new().fallback(answer).with_state((Arc::new(pages), asked.clone()));
        // It ends with the task, which `drop` aborts.
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, asked, serving }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Everything it was asked for so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.items()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A page that is not of ours, without any policy.
pub(crate) fn plain(html: &str) -> Response {
    Response { status: 200, headers: vec![("content-type", "text/html; charset=utf-8".into())], body: html.to_owned() }
}

/// A text without any mark-up.
pub(crate) fn text(text: &str) -> Response {
    Response { status: 200, headers: vec![("content-type", "text/plain; charset=utf-8".into())], body: text.to_owned() }
}

/// A page with the headers of ours.
pub(crate) fn strict(html: &str) -> Response {
    let Response { status, headers: content, body } = plain(html);
    let ours = headers().iter().map(|(name, value)| (*name, (*value).into()));
    Response { status, headers: ours.chain(content).collect(), body }
}

async fn answer(State((pages, asked)): State<(Arc<Pages>, Journal<Asked>)>, request: Request) -> HttpResponse<Body> {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let page = pages.get(&format!("{method} {path}"));
    asked.append(Asked { method, path, body: String::from_utf8(body.to_vec()).unwrap() });
    let Some(Response { status, headers, body }) = page else { return StatusCode::NOT_FOUND.into_response() };
    let response = headers
        .iter()
        .fold(HttpResponse::builder().status(*status), |response, (name, value)| response.header(*name, &**value));
    response.body(Body::from(body.clone())).unwrap()
}
