//! Where TLS may be left out.

use callbacks::notices::BaseUrl;

/// Whether a URL may begin with `http:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainHttp {
    /// None may.
    Never,
    /// One to this machine may, for tests and the local AWS.
    ToLoopback,
}

impl From<&BaseUrl> for PlainHttp {
    /// Where the pages are on this machine, what is called may be, too.
    fn from(base_url: &BaseUrl) -> Self {
        if base_url.is_plain_http() { Self::ToLoopback } else { Self::Never }
    }
}
