//! Which systems may be called: the text of a secret.

use std::fmt;

use callbacks::signed::{RegistrationError, Registrations, SigningSecrets, registrations};
use reqwest::Url;
use serde::Deserialize;
use ssrf_guard::is_public;

use super::addresses::literal;
use crate::PlainHttp;

/// The registered destinations, by name. `Debug` shows the names alone.
#[derive(Clone, Default)]
pub struct Destinations(Registrations<Destination>);

/// A system that may be called.
#[derive(Clone)]
pub(super) struct Destination {
    url_prefix: Url,
    secrets: SigningSecrets,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Raw {
    url_prefix: String,
    sign_with: Vec<String>,
}

impl Destinations {
    /// Reads the text of a secret,
    /// `{ "payment-provider": { "urlPrefix": "https://api.payments.example/v1/", "signWith": ["whsec_.."] } }`.
    ///
    /// # Errors
    /// When it has another form, an unknown field, a URL prefix that may not be called, or secrets that are none. No error
    /// repeats a URL or a secret.
    pub fn read(text: &str, plain_http: PlainHttp) -> Result<Self, RegistrationError> {
        let raw = registrations::<Raw>(text, r#"the fields "urlPrefix", a text, and "signWith", a list of texts"#)?;
        let checked = raw.into_iter().map(|(name, raw)| {
            let url_prefix = url_prefix(&raw.url_prefix, plain_http);
            let url_prefix =
                url_prefix.map_err(|problem| RegistrationError::of(&name, format!("urlPrefix {problem}")))?;
            let secrets = SigningSecrets::new(&raw.sign_with);
            let secrets = secrets.map_err(|error| RegistrationError::of(&name, format!("signWith: {error}")))?;
            Ok((name, Destination { url_prefix, secrets }))
        });
        checked.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Destination> {
        self.0.get(name)
    }
}

impl fmt::Debug for Destinations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Destination {
    /// What signs calls to it.
    pub(super) const fn secrets(&self) -> &SigningSecrets {
        &self.secrets
    }

    /// Its prefix with the path of a message behind it; nothing if that led away from it.
    pub(super) fn url(&self, path: &str) -> Option<Url> {
        let prefix = &self.url_prefix;
        let url = Url::parse(&format!("{prefix}{path}")).ok()?;
        let same = url.origin() == prefix.origin() && url.path().starts_with(prefix.path());
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        (same && plain).then_some(url)
    }
}

/// Reads a prefix. Where it has an address instead of a name, nothing is resolved later: the address is looked at here.
fn url_prefix(text: &str, plain_http: PlainHttp) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "is no URL")?;
    let address = url.host_str().and_then(literal);
    let to_loopback = plain_http == PlainHttp::ToLoopback && address.is_some_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if to_loopback => {}
        _ => return Err("must begin with https:"),
    }
    if address.is_some_and(|address| !is_public(address)) && !to_loopback {
        return Err("has an address that is not public, and only public ones are called");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("may not have a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("may not have a query or a fragment");
    }
    if url.path().ends_with('/') { Ok(url) } else { Err("must end with \"/\"") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn with(url_prefix: &str, plain_http: PlainHttp) -> Result<Destinations, String> {
        let text = json!({ "bank": { "urlPrefix": url_prefix, "signWith": [WHSEC] } }).to_string();
        Destinations::read(&text, plain_http).map_err(|error| error.to_string())
    }

    #[test]
    fn only_public_addresses_by_https_are_registered() {
        for prefix in
            ["https://api.bank.example/", "https://api.bank.example:8443/v1/", "https://1.1.1.1/", " https://x/\n"]
        {
            assert!(with(prefix, PlainHttp::Never).is_ok(), "{prefix}");
        }
        for (prefix, problem) in [
            ("", "no URL"),
            ("api.bank.example", "no URL"),
            ("http://api.bank.example/", "https:"),
            ("http://127.0.0.1/", "https:"),
            ("file:///etc/", "https:"),
            ("https://api.bank.example/v1", "end with"),
            ("https://user@api.bank.example/", "a user"),
            ("https://:pass@api.bank.example/", "a user"),
            ("https://api.bank.example/?x=/", "a query"),
            ("https://api.bank.example/#/", "a query"),
            ("https://127.0.0.1/", "not public"),
            ("https://2130706433/", "not public"),
            ("https://0x7f.1/", "not public"),
            ("https://169.254.169.254/latest/", "not public"),
            ("https://[::1]/", "not public"),
            ("https://[::ffff:10.0.0.1]/", "not public"),
            ("https://[fd00:ec2::254]/", "not public"),
        ] {
            let refused = with(prefix, PlainHttp::Never).unwrap_err();
            assert!(refused.contains(problem) && refused.contains(r#""bank""#), "{prefix}: {refused}");
        }
    }

    #[test]
    fn this_machine_is_called_where_the_pages_are_on_it_and_by_its_address_alone() {
        for prefix in ["http://127.0.0.1:9/", "http://[::1]:9/hooks/"] {
            assert!(with(prefix, PlainHttp::ToLoopback).is_ok(), "{prefix}");
        }
        for prefix in ["http://localhost:9/", "http://10.0.0.1/", "http://api.bank.example/", "https://10.0.0.1/"] {
            assert!(with(prefix, PlainHttp::ToLoopback).is_err(), "{prefix}");
        }
    }

    #[test]
    fn nothing_is_shown_but_names() {
        let destinations = with("https://hidden.example/token/", PlainHttp::Never).unwrap();
        assert_eq!(format!("{destinations:?}"), r#"{"bank"}"#);
        for text in [
            json!({ "bank": { "urlPrefix": "http://hidden.example/", "signWith": [WHSEC] } }),
            json!({ "bank": { "urlPrefix": "https://hidden.example/", "signWith": [WHSEC, "hidden"] } }),
            json!({ "bank": { "urlPrefix": "https://hidden.example/", "signWith": "hidden" } }),
            json!({ "bank": { "urlPrefix": "https://hidden.example/", "signWith": [WHSEC], "hidden": 1 } }),
            json!({ "bank": { "url": "https://hidden.example/", "signWith": [WHSEC] } }),
            json!({ "bank": "https://hidden.example/" }),
            json!(["hidden"]),
        ] {
            let error = Destinations::read(&text.to_string(), PlainHttp::Never).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hidden") && !shown.contains(WHSEC), "{shown}");
        }
    }

    #[test]
    fn a_path_never_leads_away_from_the_prefix() {
        let destinations = with("https://api.bank.example/v1/", PlainHttp::Never).unwrap();
        let url = |path| destinations.get("bank").unwrap().url(path).map(String::from);
        assert_eq!(url("").as_deref(), Some("https://api.bank.example/v1/"));
        assert_eq!(url("payments/7?x=a/../b").as_deref(), Some("https://api.bank.example/v1/payments/7?x=a/../b"));
        assert_eq!(url("a/../b").as_deref(), Some("https://api.bank.example/v1/b"));
        for path in ["../v2", "a/../../v2", "%2e%2e/v2", "..\\v2", "#x", "?x#y"] {
            assert_eq!(url(path), None, "{path}");
        }
    }
}
