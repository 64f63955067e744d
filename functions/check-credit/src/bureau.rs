//! The credit bureau: somebody else's HTTP service.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use callback_bridge::BusinessKey;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use reqwest::{Client, Response, StatusCode, Url, header::HeaderValue, redirect};
use serde::Deserialize;
use tokio::time::Instant;
use tracing::debug;

use crate::{
    Config, KeySource, LoanApplication,
    key::{BoxError, BureauKey},
};

/// How often one question is asked within one delivery. The bureau knows repetitions by their `idempotency-key`.
const MOST_TRIES: usize = 3;
/// How long it may take to get through to the bureau.
const CONNECT: Duration = Duration::from_secs(3);
/// How long to wait before the bureau is asked again; jitter makes it up to twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// A report is short; whoever sends more is no bureau.
const LONGEST_REPORT: usize = 64 * 1024;

/// A client of the credit bureau.
#[derive(Debug)]
pub struct CreditBureau<K> {
    http: Client,
    credit_checks: Url,
    one_try: Duration,
    key: BureauKey<K>,
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
    /// It does not take our key, and the key could not be read again. It may be later.
    #[error("the credit bureau does not take our key, and the key could not be read again")]
    NoKey(#[source] BoxError),
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
            Self::Unreachable(_) | Self::Trouble(_) | Self::NoKey(_) => true,
            Self::Refused { .. } | Self::Malformed(_) => false,
        }
    }
}

fn hint(status: StatusCode) -> &'static str {
    if is_about_the_key(status) {
        " (the key in the secret of BRIDGE_BUREAU_SECRET_ARN, which was just read again, is not the bureau's)"
    } else {
        ""
    }
}

fn is_about_the_key(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

impl<K: KeySource> CreditBureau<K> {
    /// A client with the key that `keys` gives.
    ///
    /// # Errors
    /// When there is no key, it cannot stand in a header, or there is no TLS.
    pub async fn new(config: &Config, keys: K) -> Result<Self, BoxError> {
        let http = Client::builder()
            .timeout(config.bureau_timeout)
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none()) // another host must not get the key
            .build()?;
        let credit_checks = config.bureau_url.join("v1/credit-checks")?;
        Ok(Self { http, credit_checks, one_try: config.bureau_timeout, key: BureauKey::read(keys).await? })
    }

    /// Asks about an applicant: again where the trouble may be over before `deadline`, and once more where the key has
    /// been replaced since it was read.
    ///
    /// # Errors
    /// See [`BureauError`].
    pub async fn assess(
        &self,
        application: &LoanApplication,
        key: &BusinessKey,
        deadline: Instant,
    ) -> Result<Assessment, BureauError> {
        let ours = self.key.current().await;
        match self.ask_repeatedly(application, key, &ours, deadline).await {
            Err(BureauError::Refused { status }) if is_about_the_key(status) => {
                match self.key.instead_of(&ours).await.map_err(BureauError::NoKey)? {
                    Some(replaced) => self.ask_repeatedly(application, key, &replaced, deadline).await,
                    None => Err(BureauError::Refused { status }),
                }
            }
            answered => answered,
        }
    }

    async fn ask_repeatedly(
        &self,
        application: &LoanApplication,
        key: &BusinessKey,
        ours: &HeaderValue,
        deadline: Instant,
    ) -> Result<Assessment, BureauError> {
        let backoff = ExponentialBuilder::new()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .with_max_times(MOST_TRIES - 1)
            .with_jitter();
        (|| self.ask(application, key, ours))
            .retry(backoff)
            .when(|error| error.is_temporary() && Instant::now() + LONGEST_WAIT * 2 + self.one_try <= deadline)
            .notify(|error, wait| debug!(%error, retry.wait_ms = wait.as_millis(), "the credit bureau is asked again"))
            .await
    }

    async fn ask(
        &self,
        application: &LoanApplication,
        key: &BusinessKey,
        ours: &HeaderValue,
    ) -> Result<Assessment, BureauError> {
        let request = self.http.post(self.credit_checks.clone()).header("x-api-key", ours);
        let request = request.header("idempotency-key", idempotency_key(key));
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

/// A business key may have any character, a header may not; different keys stay different.
fn idempotency_key(key: &BusinessKey) -> String {
    const VISIBLE: &AsciiSet = &CONTROLS.add(b' ').add(b'%');
    utf8_percent_encode(key.as_str(), VISIBLE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With what the template sets unless told otherwise, all tries fit into one invocation.
    #[test]
    fn three_tries_fit_into_the_time_of_the_function() {
        let template = include_str!("../../../template.yaml");
        let default_of = |parameter: &str| -> u64 {
            let (_, rest) = template.split_once(&format!("  {parameter}:\n")).unwrap();
            let (_, value) = rest.split_once("Default: ").unwrap();
            value.lines().next().unwrap().parse().unwrap()
        };
        let one_try = Duration::from_secs(default_of("BureauTimeoutSeconds"));
        let function = Duration::from_secs(default_of("CheckCreditTimeoutSeconds"));
        let work = function.saturating_sub(Duration::from_secs(5)); // what the runtime keeps of thirty seconds
        let before_the_last = (one_try + LONGEST_WAIT * 2) * 2;
        assert!(before_the_last + LONGEST_WAIT * 2 + one_try <= work, "{one_try:?} of {function:?}");
    }
}
