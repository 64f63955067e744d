//! What serves the pages.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context;
use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use callbacks::pages::Format;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{inbox, open};
use crate::{LocalBridge, LocalRegion, ParkedCallbacks, clock};

/// That of the pages for approvers, and what these need beside it.
const STYLE: &str =
    concat!(include_str!("../../../crates/callbacks/templates/style.css"), include_str!("../../templates/style.css"));

/// No script, nothing from elsewhere; mails are in frames, with a policy of their own.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A mail may look as it likes and open links beside it, and nothing else.
const POLICY_OF_MAILS: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; \
                               frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// The pages about a stack, at a URL of the loopback interface, until they are dropped.
#[derive(Debug)]
pub struct Pages {
    url: String,
    serving: JoinHandle<()>,
}

/// What the pages are about.
#[derive(Clone)]
struct Sources {
    region: Arc<LocalRegion>,
    callbacks: ParkedCallbacks,
}

impl Pages {
    /// Serves the pages about a stack at a port; 0 takes a free one.
    ///
    /// # Errors
    /// If the port can't be had, or the stack has no table of callbacks.
    pub async fn start(port: u16, bridge: &LocalBridge) -> anyhow::Result<Self> {
        let sources = Sources { region: Arc::clone(bridge.region()), callbacks: ParkedCallbacks::of(bridge)? };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.with_context(|| format!("the pages can't have port {port}"))?;
        let url = format!("http://{}", listener.local_addr()?);
        let service = Router::new()
            .route("/", get(async || Redirect::temporary("/inbox")))
            .route("/inbox", get(show_inbox))
            .route("/inbox/{id}", get(show_mail))
            .route("/open", get(show_open))
            .route("/style.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
            .layer(from_fn(only_by_its_own_name))
            .layer(middleware::map_response(with_headers))
            .with_state(sources);
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, service).await {
                tracing::error!(%error, "the pages have ended");
            }
        });
        Ok(Self { url, serving })
    }

    /// Where they are served, without a slash at the end, such as `http://127.0.0.1:54321`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The page with the mails that were sent.
    #[must_use]
    pub fn inbox(&self) -> String {
        format!("{}/inbox", self.url)
    }

    /// The page with what waits for people.
    #[must_use]
    pub fn open(&self) -> String {
        format!("{}/open", self.url)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A page elsewhere that has its own name lead here could read what it is not to know; its requests have that name.
async fn only_by_its_own_name(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    if matches!(name, "127.0.0.1" | "localhost") {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "these pages are at 127.0.0.1 and localhost alone\n").into_response()
    }
}

async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

async fn show_inbox(State(sources): State<Sources>, headers: HeaderMap) -> Result<Response, Failed> {
    page(&headers, inbox::Inbox::of(sources.region.aws().mails().await?))
}

/// The HTML part of a mail.
async fn show_mail(State(sources): State<Sources>, Path(id): Path<String>) -> Result<Response, Failed> {
    let mails = sources.region.aws().mails().await?;
    let part = mails.into_iter().find(|mail| mail.id == id).and_then(|mail| mail.html);
    let Some(part) = part else { return Ok((StatusCode::NOT_FOUND, "there is no such mail\n").into_response()) };
    Ok(([(CONTENT_SECURITY_POLICY, POLICY_OF_MAILS)], Html(inbox::in_a_frame(&part))).into_response())
}

async fn show_open(State(sources): State<Sources>, headers: HeaderMap) -> Result<Response, Failed> {
    page(&headers, open::Open::of(&sources.callbacks.all().await?, clock::now()))
}

/// A page in the form that is wanted.
fn page(headers: &HeaderMap, page: impl Template + Serialize) -> Result<Response, Failed> {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let mut response = match Format::wanted(accept, None) {
        Format::Html => Html(page.render()?).into_response(),
        Format::Json => Json(page).into_response(),
    };
    response.headers_mut().insert("vary", HeaderValue::from_static("accept"));
    Ok(response)
}

/// Why a page can't be shown.
struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, format!("the local AWS does not tell: {:#}\n", self.0)).into_response()
    }
}
