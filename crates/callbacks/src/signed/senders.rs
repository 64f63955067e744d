//! Who may send events.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{RegistrationError, Registrations, SignatureError, SignedHeaders, SigningSecrets, registrations};
use crate::{ExternalId, Webhook};

/// The registered senders, by name.
#[derive(Debug, Clone, Default)]
pub struct Senders(Registrations<Sender>);

/// Somebody who sends signed events about tasks.
#[derive(Debug, Clone)]
pub struct Sender {
    name: String,
    secrets: SigningSecrets,
    external_id_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Raw {
    verify_with: Vec<String>,
    external_id_at: String,
}

impl Senders {
    /// Reads the text of a secret, `{ "payment-provider": { "verifyWith": ["whsec_.."], "externalIdAt": "/data/paymentId" } }`.
    ///
    /// # Errors
    /// When it has another form, an unknown field, or secrets that are none. No error repeats a secret.
    pub fn read(text: &str) -> Result<Self, RegistrationError> {
        let raw =
            registrations::<Raw>(text, "the fields \"verifyWith\", a list of texts, and \"externalIdAt\", a text")?;
        raw.into_iter()
            .map(|(name, raw)| Ok((name.clone(), Sender::checked(name, raw)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The sender of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Sender> {
        self.0.get(name)
    }
}

impl Sender {
    fn checked(name: String, raw: Raw) -> Result<Self, RegistrationError> {
        let secrets = SigningSecrets::new(&raw.verify_with);
        let secrets = secrets.map_err(|error| RegistrationError::of(&name, format!("verifyWith: {error}")))?;
        if !Webhook::is_a_pointer(&raw.external_id_at) {
            return Err(RegistrationError::of(&name, "externalIdAt must be a JSON Pointer, as in \"/payment/id\""));
        }
        Ok(Self { name, secrets, external_id_at: raw.external_id_at })
    }

    /// Whether it has sent this, and not long ago.
    ///
    /// # Errors
    /// When that is not proved; see [`SigningSecrets::verify`].
    pub fn verify(&self, headers: SignedHeaders<'_>, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
        self.secrets.verify(headers, body, now)
    }

    /// Which task an event is about; nothing where it does not say so.
    #[must_use]
    pub fn task_of(&self, event: &Value) -> Option<ExternalId> {
        ExternalId::at(&self.name, event, &self.external_id_at)
    }
}
