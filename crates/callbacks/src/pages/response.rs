//! A page as it is sent, and the headers of every one.

use std::{borrow::Cow, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{Problem, html::STYLE, texts::texts};
use crate::urls::{PageOf, Reply};

/// What is sent: for whatever speaks HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// All headers but those that HTTP itself needs, by their names in small letters.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
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
        let headers = headers().iter().map(|(name, value)| (*name, Cow::Borrowed(*value))).collect();
        let mut response = Self { status, headers, body };
        response.set("content-type", content_type);
        response.set("content-language", texts().lang);
        match status {
            405 => response.set("allow", "GET, HEAD, POST"),
            503 => response.set("retry-after", RETRY_AFTER),
            _ => {}
        }
        response
    }

    /// What whoever has called a URL is told.
    #[must_use]
    pub fn of_url(reply: Reply) -> Self {
        let Reply { status, content_type, body, location, allow, page } = reply;
        let mut response = Self::with_status(status, "text/plain", body);
        match content_type {
            Some(text) if text.starts_with("text/") => response.set("content-type", format!("{text}; charset=utf-8")),
            Some(content_type) => response.set("content-type", content_type),
            None => response.remove("content-type"),
        }
        if let Some(allow) = allow {
            response.set("allow", allow);
        }
        if let Some(location) = location {
            response.set("location", location);
        }
        match page {
            PageOf::Ours => {}
            // A browser holds every address to which a form leads, over however many redirects, against `form-action`.
            PageOf::OursLeadingAway => {
                let policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'; ", "");
                response.set("content-security-policy", policy);
            }
            // Nothing runs in it, and it knows nothing of this origin; pictures may come from anywhere.
            PageOf::Theirs => {
                response.set("content-security-policy", THEIR_POLICY);
                response.remove("cross-origin-embedder-policy");
            }
        }
        response
    }

    fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.remove(name);
        self.headers.push((name, value.into()));
    }

    fn remove(&mut self, name: &'static str) {
        self.headers.retain(|(there, _)| *there != name);
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

/// For pages that whoever has created a URL has written.
const THEIR_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
     style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; frame-ancestors 'none'";

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});
