//! Signatures of [Standard Webhooks](https://www.standardwebhooks.com): by them machines know who has sent something, and that
//! it is new.

mod registrations;
mod secrets;
mod senders;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::Mac;
use jiff::Timestamp;

pub use registrations::{RegistrationError, Registrations, registrations};
pub use secrets::{SecretsError, SigningSecrets};
pub use senders::{Sender, Senders};

/// The header with the name of what is sent, which it keeps when it is sent again.
pub const ID: &str = "webhook-id";
/// The header with the time of sending, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with one signature, or some behind each other.
pub const SIGNATURE: &str = "webhook-signature";

/// How far the clock of a sender may be from ours, in seconds; and how long what was overheard could be sent again.
const TOLERANCE: i64 = 5 * 60;
/// The longest id, in characters.
const MOST_ID: usize = 256;
/// How many signatures are looked at: a sender that changes its secret gives two.
const MOST_SIGNATURES: usize = 8;
/// Stands before each signature by HMAC with SHA-256, the only ones that are looked at.
const VERSION: &str = "v1,";

/// The headers of a signed request, as far as they are there. One that is no ASCII text is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignedHeaders<'a> {
    /// `webhook-id`.
    pub id: Option<&'a str>,
    /// `webhook-timestamp`.
    pub timestamp: Option<&'a str>,
    /// `webhook-signature`.
    pub signature: Option<&'a str>,
}

/// Why a request does not prove who has sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is not there.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// The id is none.
    #[error("{ID} must have 1 to {MOST_ID} visible ASCII characters, and no full stop")]
    MalformedId,
    /// The time is none.
    #[error("{TIMESTAMP} must be a number of seconds since 1970")]
    MalformedTimestamp,
    /// It was sent too long ago.
    #[error("{TIMESTAMP} is more than {TOLERANCE} seconds ago")]
    TooOld,
    /// It will be sent some time.
    #[error("{TIMESTAMP} is more than {TOLERANCE} seconds in the future")]
    InTheFuture,
    /// It was signed by somebody else, or is not what was signed.
    #[error("no signature in {SIGNATURE} is right")]
    Wrong,
}

// The official crate, `standardwebhooks`, asks the clock of the machine whenever it verifies, takes texts alone, and compares in
// a loop that a compiler may end early. So the tests compare with it, and signatures are made as links are, by `hmac`, whose
// comparison takes the same time for every wrong one.
impl SigningSecrets {
    /// What the header `webhook-signature` says of this: a signature by each secret, the newest first.
    #[must_use]
    pub fn sign(&self, id: &str, at: Timestamp, body: &str) -> String {
        let timestamp = at.as_second().to_string();
        let signatures = self.macs(id, &timestamp, body.as_bytes());
        let texts = signatures.map(|mac| format!("{VERSION}{}", STANDARD.encode(mac.finalize().into_bytes())));
        texts.collect::<Vec<_>>().join(" ")
    }

    /// Whether this was signed by one of the secrets, and not long ago.
    ///
    /// # Errors
    /// When a header is missing or malformed, the time is too far from `now`, or no signature is right.
    pub fn verify(&self, headers: SignedHeaders<'_>, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
        let id = headers.id.ok_or(SignatureError::Missing(ID))?;
        let timestamp = headers.timestamp.ok_or(SignatureError::Missing(TIMESTAMP))?;
        let signatures = headers.signature.ok_or(SignatureError::Missing(SIGNATURE))?;
        check_id(id)?;
        check_time(timestamp, now)?;
        let given = signatures.split(' ').filter_map(|text| text.strip_prefix(VERSION)).take(MOST_SIGNATURES);
        let given: Vec<_> = given.filter_map(|text| STANDARD.decode(text).ok()).filter(|mac| mac.len() == 32).collect();
        if given.is_empty() {
            return Err(SignatureError::Wrong);
        }
        let right =
            self.macs(id, timestamp, body).any(|mac| given.iter().any(|given| mac.clone().verify_slice(given).is_ok()));
        if right { Ok(()) } else { Err(SignatureError::Wrong) }
    }
}

/// A full stop could be read as the one behind the id: then what was signed could be cut into other parts.
fn check_id(id: &str) -> Result<(), SignatureError> {
    let visible = id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.');
    if visible && (1..=MOST_ID).contains(&id.len()) { Ok(()) } else { Err(SignatureError::MalformedId) }
}

fn check_time(timestamp: &str, now: Timestamp) -> Result<(), SignatureError> {
    let digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = timestamp.parse::<i64>().ok().filter(|_| digits).ok_or(SignatureError::MalformedTimestamp)?;
    let ahead = seconds.saturating_sub(now.as_second());
    if ahead.saturating_abs() <= TOLERANCE {
        Ok(())
    } else if ahead < 0 {
        Err(SignatureError::TooOld)
    } else {
        Err(SignatureError::InTheFuture)
    }
}
