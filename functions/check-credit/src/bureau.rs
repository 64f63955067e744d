//! The credit bureau: somebody else's HTTP service.

use std::{error::Error, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use callback_bridge::BusinessKey;
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{HeaderName, HeaderValue},
    redirect,
};
use serde::Deserialize;
use tracing::debug;

use crate::{Config, LoanApplication};

/// How often one question is asked within one delivery. The bureau knows repetitions by their `idempotency-key`.
const MOST_TRIES: usize = 3;
/// How long it may take to get through to the bureau.
const CONNECT: Duration = Duration::from_secs(3);
/// A report is short; whoever sends more is no bureau.
const LONGEST_REPORT: usize = 64 * 1024;

/// A client of the credit bureau. `Debug` shows where it is, not the key.
#[derive(Debug, Clone)]
pub struct CreditBureau {
    http: Client,
    credit_checks: Url,
}

/// What the bureau says of an applicant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "outcome", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Assessment {
    /// The applicant is good for a loan.
    Accepted {
        /// From 300 to 850; higher is better.
        score: u16,
        /// The bureau's name for this check.
        reference: String,
    },
    /// The applicant is not.
    Declined {
        /// From 300 to 850.
        score: u16,
        /// The bureau's name for this check.
        reference: String,
        /// Why, in the bureau's words.
        reason: String,
    },
}

/// Why the bureau said nothing usable.
#[derive(Debug, thiserror::Error)]
pub enum BureauError {
    /// No answer, or one that was cut off. It may be there later.
    #[error("the credit bureau did not answer")]
    Unreachable(#[source] reqwest::Error),
    /// It says that it cannot answer now: a 5xx, 408 or 429.
    #[error("the credit bureau is in trouble: {0}")]
    Trouble(StatusCode),
    /// It does not take the request, and never will.
    #[error("the credit bureau refused the request: {status}{}", hint(*status))]
    Refused {
        /// The status of its answer.
        status: StatusCode,
    },
    /// Its answer is not a credit report.
    #[error("the credit bureau sent something else than a credit report: {0}")]
    Malformed(String),
}

impl BureauError {
    fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }

    /// Whether the same request may get another answer.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Trouble(_) => true,
            Self::Refused { .. } | Self::Malformed(_) => false,
        }
    }
}

fn hint(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            " (check the key in the secret of BRIDGE_BUREAU_SECRET_ARN; a new one is read by new sandboxes)"
        }
        _ => "",
    }
}

/// A key that cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key in the secret of BRIDGE_BUREAU_SECRET_ARN cannot stand in a header: it must be one line of visible ASCII"
)]
pub struct UnusableKey;

impl CreditBureau {
    /// A client with the key that the bureau knows us by.
    ///
    /// # Errors
    /// When the key cannot stand in a header, or there is no TLS.
    pub fn new(config: &Config, key: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut key = HeaderValue::from_str(key.trim()).map_err(|_| UnusableKey)?;
        key.set_sensitive(true);
        let http = Client::builder()
            .default_headers([(HeaderName::from_static("x-api-key"), key)].into_iter().collect())
            .timeout(config.bureau_timeout)
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none()) // another host must not get the key
            .build()?;
        Ok(Self { http, credit_checks: config.bureau_url.join("v1/credit-checks")? })
    }

    /// Asks about an applicant, again where the trouble may be over soon.
    ///
    /// # Errors
    /// See [`BureauError`].
    pub async fn assess(&self, application: &LoanApplication, key: &BusinessKey) -> Result<Assessment, BureauError> {
        let backoff = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_millis(500))
            .with_max_times(MOST_TRIES - 1)
            .with_jitter();
        (|| self.ask(application, key))
            .retry(backoff)
            .when(BureauError::is_temporary)
            .notify(|error, wait| debug!(%error, retry.wait_ms = wait.as_millis(), "the credit bureau is asked again"))
            .await
    }

    async fn ask(&self, application: &LoanApplication, key: &BusinessKey) -> Result<Assessment, BureauError> {
        let request = self.http.post(self.credit_checks.clone()).header("idempotency-key", header(key));
        let reply = request.json(application).send().await.map_err(BureauError::unreachable)?;
        match reply.status() {
            StatusCode::OK => {
                let report = read(reply).await?;
                serde_json::from_slice(&report).map_err(|error| BureauError::Malformed(error.to_string()))
            }
            status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => Err(BureauError::Trouble(status)),
            status if status.is_server_error() => Err(BureauError::Trouble(status)),
            status => Err(BureauError::Refused { status }),
        }
    }
}

async fn read(mut reply: Response) -> Result<Vec<u8>, BureauError> {
    let mut report = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(BureauError::unreachable)? {
        if report.len() + chunk.len() > LONGEST_REPORT {
            return Err(BureauError::Malformed(format!("it is longer than {LONGEST_REPORT} bytes")));
        }
        report.extend_from_slice(&chunk);
    }
    Ok(report)
}

/// A state's name may have any character; a header may not.
fn header(key: &BusinessKey) -> String {
    key.as_str()
        .bytes()
        .map(|byte| if byte.is_ascii_graphic() { (byte as char).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
