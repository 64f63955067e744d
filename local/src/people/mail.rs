//! Mails that were sent.

use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::LocalAws;

/// A mail that SES was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Its id.
    pub id: String,
    /// When it was sent, as RFC 3339, to the millisecond.
    pub sent_at: String,
    /// Who sent it.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    #[serde(default)]
    pub text: Option<String>,
    /// Its HTML part.
    #[serde(default)]
    pub html: Option<String>,
}

#[derive(Deserialize)]
struct Mails {
    mails: Vec<Mail>,
}

impl Mail {
    /// The link in its text, by which it is answered.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        let mut words = self.text.as_deref()?.split_whitespace();
        words.find(|word| word.starts_with("http") && word.contains("/c/"))
    }
}

impl LocalAws {
    /// All mails that were sent, the oldest first.
    ///
    /// # Errors
    /// When the local AWS does not tell.
    pub async fn mails(&self) -> anyhow::Result<Vec<Mail>> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        let reply = client.get(format!("{}/moto-api/mails", self.endpoint())).send().await?.error_for_status()?;
        let mails: Mails = reply.json().await.context("the local AWS does not list mails as it should")?;
        Ok(mails.mails)
    }
}
