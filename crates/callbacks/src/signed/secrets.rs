//! The secrets that signatures are made by.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// One secret, or two while one takes the place of the other: what is sent is signed by both, and what comes may be signed by
/// either. `Debug` shows how many there are.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecrets(Box<[Box<[u8]>]>);

impl SigningSecrets {
    /// The shortest secret, in bytes: what Standard Webhooks asks for.
    pub const SHORTEST: usize = 24;
    /// How many there may be.
    pub const MOST: usize = 2;

    /// Secrets of the form `whsec_` with the bytes in Base64 behind it, the newest first.
    ///
    /// # Errors
    /// When there is none, there are more than two, one has another form, or one is short. No error repeats any of it.
    pub fn new<T: AsRef<str>>(texts: &[T]) -> Result<Self, SecretsError> {
        match texts.len() {
            0 => Err(SecretsError::None),
            1..=Self::MOST => texts.iter().map(|text| secret(text.as_ref())).collect::<Result<_, _>>().map(Self),
            count => Err(SecretsError::TooMany { count }),
        }
    }

    /// What is signed, by each secret.
    pub(super) fn macs(&self, id: &str, timestamp: &str, body: &[u8]) -> impl Iterator<Item = Hmac<Sha256>> {
        self.0.iter().map(move |secret| {
            // HMAC takes keys of every length.
            let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap_or_else(|_| unreachable!("HMAC takes every key"));
            mac.chain_update(id).chain_update(".").chain_update(timestamp).chain_update(".").chain_update(body)
        })
    }
}

fn secret(text: &str) -> Result<Box<[u8]>, SecretsError> {
    let bytes = text.trim().strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
    match bytes.ok_or(SecretsError::Malformed)? {
        short if short.len() < SigningSecrets::SHORTEST => Err(SecretsError::Short { bytes: short.len() }),
        secret => Ok(secret.into()),
    }
}

impl fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecrets({})", self.0.len())
    }
}

/// Why texts are no secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// There is none.
    #[error("there is no secret: at least one is needed")]
    None,
    /// There are too many.
    #[error("there are {count} secrets, more than {}: the newest, and the one before it", SigningSecrets::MOST)]
    TooMany {
        /// How many.
        count: usize,
    },
    /// One is no secret of Standard Webhooks.
    #[error("a secret is not of the form {PREFIX}.., with Base64 behind it")]
    Malformed,
    /// One could be guessed.
    #[error("a secret has {bytes} bytes, fewer than {}", SigningSecrets::SHORTEST)]
    Short {
        /// How many it has.
        bytes: usize,
    },
}
