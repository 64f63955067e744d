//! The credit bureau of the demo: a small HTTP server that stands for somebody else's service, with applicants of every
//! kind.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinHandle, time::sleep};

use crate::{Journal, Reader};

/// Applicants the bureau has something of its own to say about; everybody else is good.
pub mod applicants {
    /// Has a good score.
    pub const GOOD: &str = "Kato Ltd";
    /// Is declined.
    pub const DECLINED: &str = "Moro Ltd";
    /// Is good, but the bureau takes its time ([`BureauOptions::slow`](super::BureauOptions::slow)).
    pub const SLOW: &str = "Lento Ltd";
    /// Is good, but the bureau is in trouble at the first two inquiries.
    pub const FLAKY: &str = "Fickle Ltd";
    /// Gets a page of HTML instead of a report.
    pub const MALFORMED: &str = "Garble Ltd";
    /// Never gets an answer.
    pub const DEAD: &str = "Silent Ltd";
}

/// How the bureau behaves.
#[derive(Debug, Clone)]
pub struct BureauOptions {
    /// The key by which it knows its customers.
    pub key: String,
    /// How long it takes over a slow applicant.
    pub slow: Duration,
}

/// An inquiry that the bureau got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Who it was about.
    pub applicant: String,
    /// What it called itself, the same at every repetition.
    pub idempotency_key: String,
    /// What it was answered with; nothing as long as it is not.
    pub status: Option<u16>,
}

/// A running bureau; it ends when it is dropped.
#[derive(Debug)]
pub struct Bureau {
    url: String,
    inquiries: Journal<Inquiry>,
    serving: JoinHandle<()>,
}

impl Bureau {
    /// Starts a bureau on a free port of this machine.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(options: BureauOptions) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let inquiries = Journal::default();
        let office = Office { options, inquiries: inquiries.clone(), troubles: Arc::default() };
        let service = Router::new().route("/v1/credit-checks", post(check)).with_state(office);
        let serving = tokio::spawn(async move {
            // It ends with the task, which `drop` aborts.
            let _ended = axum::serve(listener, service).await;
        });
        Ok(Self { url, inquiries, serving })
    }

    /// Where it is, as in `http://127.0.0.1:4321/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every inquiry: once when it comes, and once more when it is answered.
    #[must_use]
    pub fn inquiries(&self) -> &Journal<Inquiry> {
        &self.inquiries
    }

    /// Inquiries from now on.
    #[must_use]
    pub fn tail(&self) -> Reader<Inquiry> {
        self.inquiries.tail()
    }
}

impl Drop for Bureau {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[derive(Debug, Clone)]
struct Office {
    options: BureauOptions,
    inquiries: Journal<Inquiry>,
    /// How often each inquiry about the flaky applicant found the bureau in trouble.
    troubles: Arc<Mutex<HashMap<String, u32>>>,
}

#[derive(Deserialize)]
struct Application {
    applicant: String,
}

async fn check(State(office): State<Office>, headers: HeaderMap, application: Json<Application>) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let applicant = application.0.applicant;
    let mut inquiry = Inquiry { applicant, idempotency_key: header("idempotency-key"), status: None };
    office.inquiries.append(inquiry.clone());
    let known = header("x-api-key") == office.options.key;
    let answer = if known { office.answer(&inquiry).await } else { StatusCode::UNAUTHORIZED.into_response() };
    inquiry.status = Some(answer.status().as_u16());
    office.inquiries.append(inquiry);
    answer
}

impl Office {
    async fn answer(&self, inquiry: &Inquiry) -> Response {
        match inquiry.applicant.as_str() {
            applicants::DECLINED => {
                let reason = "the score is below 580";
                Json(json!({ "outcome": "declined", "score": 512, "reference": "cb-512", "reason": reason }))
                    .into_response()
            }
            applicants::SLOW => {
                sleep(self.options.slow).await;
                accepted(704)
            }
            applicants::FLAKY if self.is_in_trouble(&inquiry.idempotency_key) => {
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
            applicants::MALFORMED => axum::response::Html("<h1>Welcome to the bureau</h1>").into_response(),
            applicants::DEAD => std::future::pending().await,
            _ => accepted(742),
        }
    }

    fn is_in_trouble(&self, inquiry: &str) -> bool {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let count = troubles.entry(inquiry.to_owned()).or_default();
        *count += 1;
        *count <= 2
    }
}

fn accepted(score: u16) -> Response {
    Json(json!({ "outcome": "accepted", "score": score, "reference": format!("cb-{score}") })).into_response()
}
