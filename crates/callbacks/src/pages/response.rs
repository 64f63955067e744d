//! A page as it is sent, and the headers of every one.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{Problem, html::STYLE, texts::texts};

/// What is sent: for whatever speaks HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// All headers but those that HTTP itself needs, by their names in small letters.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body; not to be sent in answer to HEAD.
    pub body: String,
}

/// How long to wait before trying again, in seconds.
const RETRY_AFTER: &str = "30";

impl Response {
    pub(super) fn new(problem: Option<Problem>, content_type: &'static str, body: String) -> Self {
        Self::with_status(problem.map_or(200, Problem::status), content_type, body)
    }

    fn with_status(status: u16, content_type: &'static str, body: String) -> Self {
        let mut headers = headers().to_vec();
        headers.push(("content-type", content_type));
        headers.push(("content-language", texts().lang));
        match status {
            405 => headers.push(("allow", "GET, HEAD, POST")),
            503 => headers.push(("retry-after", RETRY_AFTER)),
            _ => {}
        }
        Self { status, headers, body }
    }

    /// A reply to a machine: JSON, or a problem from status 400 on.
    pub(crate) fn of_machine(status: u16, body: String) -> Self {
        let content_type = if status < 400 { "application/json" } else { "application/problem+json" };
        Self::with_status(status, content_type, body)
    }
}

/// The headers of every response, whatever it is, by their names in small letters.
#[must_use]
pub fn headers() -> &'static [(&'static str, &'static str)] {
    static HEADERS: LazyLock<[(&str, &str); 13]> = LazyLock::new(|| {
        [
            // Nothing is loaded and nothing runs; the one stylesheet is known by its hash; a form goes where it came from.
            ("content-security-policy", &CONTENT_SECURITY_POLICY),
            // Pages are of one person and one moment.
            ("cache-control", "no-store"),
            ("vary", "accept"),
            // The address of a page is a secret.
            ("referrer-policy", "no-referrer"),
            ("x-robots-tag", "noindex, nofollow"),
            ("x-content-type-options", "nosniff"),
            // For browsers that do not know frame-ancestors.
            ("x-frame-options", "DENY"),
            ("permissions-policy", PERMISSIONS_POLICY),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-permitted-cross-domain-policies", "none"),
            // Two years; not for names below this one, which may be others'.
            ("strict-transport-security", "max-age=63072000"),
        ]
    });
    &*HEADERS
}

/// What no page needs, and no page that somebody might inject may have.
const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(), \
     display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), \
     identity-credentials-get=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), \
     picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});
