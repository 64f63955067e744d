//! A secret of Standard Webhooks.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use standardwebhooks::Webhook;

const PREFIX: &str = "whsec_";

/// A secret that nobody else has; it protects nothing but this machine's demo. `Debug` does not show it.
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new() -> Self {
        let bytes: [u8; 32] = std::array::from_fn(|_| fastrand::u8(..));
        Self(format!("{PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// As it is registered, `whsec_..`.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn base64(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or(&self.0)
    }

    /// What signs by it, and verifies.
    ///
    /// # Errors
    /// None as long as it is Base64, which it is.
    pub(super) fn webhook(&self) -> anyhow::Result<Webhook> {
        Ok(Webhook::new(&self.0)?)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
