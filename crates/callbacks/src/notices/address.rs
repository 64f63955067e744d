//! Where the pages are.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use fluent_uri::{Uri, component::Host};

use crate::CapabilityLink;

const MOST_CHARS: usize = 1_024;

/// Where the pages are: what stands in a link before `/c/`, and in the URL of an action before `/u/`.
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

    /// Reads an address such as `https://decide.example.com`, perhaps with a path, of 1,024 characters at most. Without TLS
    /// only this machine can be named, for tests.
    fn from_str(text: &str) -> Result<Self, NotABaseUrl> {
        let address = text.trim_end_matches('/');
        let uri = Uri::parse(address).map_err(|_| NotABaseUrl)?;
        let host = web_host(&uri).ok_or(NotABaseUrl)?;
        let secure = match uri.scheme().as_str() {
            "https" => true,
            "http" => is_loopback(host),
            _ => false,
        };
        // Nothing that ends an address in a mail, in HTML or in chat.
        let plain =
            uri.path().as_str().chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~/%".contains(letter));
        let alone = !uri.has_query() && !uri.has_fragment() && address.len() <= MOST_CHARS;
        if secure && plain && alone { Ok(Self(address.to_owned())) } else { Err(NotABaseUrl) }
    }
}

/// The host of a URI as the web has them: a name or an address, perhaps with a port, and without a user.
pub(crate) fn web_host<'a>(uri: &Uri<&'a str>) -> Option<&'a str> {
    let authority = uri.authority()?;
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    let is_host = match authority.host_parsed() {
        Host::RegName(name) => {
            name.as_str().chars().all(of_name) && name.as_str().contains(|letter: char| letter.is_ascii_alphanumeric())
        }
        Host::Ipv4 { .. } | Host::Ipv6 { .. } => true,
        Host::IpvFuture { .. } => false,
    };
    (is_host && !authority.has_userinfo() && authority.port_to_u16().is_ok()).then_some(authority.host())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
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
    fn it_is_secure_or_of_this_machine_and_nothing_but_an_address() {
        for (text, address) in [
            ("https://decide.example.com/", "https://decide.example.com"),
            ("https://example.com:8443/prod", "https://example.com:8443/prod"),
            ("https://example.com/a/b//", "https://example.com/a/b"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("http://127.9.9.9/x", "http://127.9.9.9/x"),
            ("http://[::1]:4000/", "http://[::1]:4000"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().to_string(), address);
        }
        for text in [
            "",
            "decide.example.com",
            "//example.com",
            "http://decide.example.com",
            "http://localhost.example.com",
            "http://[::2]",
            "https://",
            "https://.",
            "https:///prod",
            "https://:443",
            "https://example.com:port",
            "https://example.com:65536",
            "https://[::1",
            "https://[v1.x]",
            "ftp://example.com",
            "javascript://example.com",
            "javascript:alert(1)",
            "https://example.com?x",
            "https://example.com/#x",
            "https://alice@example.com",
            "https://a;sandbox",
            "https://ex%61mple.com",
            "https://ex\u{e4}mple.com",
            "https://example.com/a b",
            "https://example.com/a'b",
            "https://example.com/\"><script>",
            "https://example.com|x",
            "https://example.com\r\nBcc: x",
            &format!("https://example.com/{}", "x".repeat(1_005)),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(NotABaseUrl), "{text}");
        }
    }
}
