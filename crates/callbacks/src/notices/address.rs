//! Where the pages are.

use std::{fmt, str::FromStr};

use crate::CapabilityLink;

/// Where the pages are: what stands in a link before `/c/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Whether the pages are on this machine, and without TLS: in tests and the local AWS.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        self.0.starts_with("http://")
    }

    /// Where a machine posts its answer to that has this link. It is a secret.
    #[must_use]
    pub fn answer_url(&self, link: &CapabilityLink) -> String {
        format!("{}/answer", self.of(link))
    }

    /// The link as its recipient gets it. It is a secret.
    pub(super) fn of(&self, link: &CapabilityLink) -> String {
        format!("{}/c/{}", self.0, link.secret())
    }
}

impl FromStr for BaseUrl {
    type Err = NotABaseUrl;

    /// Reads an address such as `https://decide.example.com`, perhaps with a path. Without TLS only this machine can be
    /// named, for tests.
    fn from_str(text: &str) -> Result<Self, NotABaseUrl> {
        let address = text.trim_end_matches('/');
        let (scheme, rest) = address.split_once("://").ok_or(NotABaseUrl)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let secure = match scheme {
            "https" => true,
            "http" => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
            _ => false,
        };
        // Nothing that ends an address in a mail, in HTML or in chat; no user, query or fragment.
        let plain = rest.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~/:[]%".contains(letter));
        let named = host.contains(|letter: char| letter.is_ascii_alphanumeric());
        if secure && plain && named { Ok(Self(address.to_owned())) } else { Err(NotABaseUrl) }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no address of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address such as https://decide.example.com: https, a host, perhaps a path, and nothing else")]
pub struct NotABaseUrl;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_secure_and_nothing_but_an_address() {
        for (text, address) in [
            ("https://decide.example.com/", "https://decide.example.com"),
            ("https://example.com:8443/prod", "https://example.com:8443/prod"),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("http://[::1]:4000/", "http://[::1]:4000"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().to_string(), address);
        }
        for text in [
            "",
            "decide.example.com",
            "http://decide.example.com",
            "http://localhost.example.com",
            "https://",
            "https:///prod",
            "https://:443",
            "ftp://example.com",
            "javascript://example.com",
            "https://example.com?x",
            "https://example.com/#x",
            "https://alice@example.com",
            "https://example.com/\"><script>",
            "https://example.com|x",
            "https://example.com\r\nBcc: x",
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(NotABaseUrl), "{text}");
        }
    }
}
