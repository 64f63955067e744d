//! URLs that others give, and the one of an action.

use std::net::{Ipv4Addr, Ipv6Addr};

use callback_bridge::InvalidField;
use serde_json::Value;

use super::ActionType;
use crate::outcomes::{Fields, invalid};

const MOST_BASE_URL: usize = 1_024;

/// Where URLs begin, if the call says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseUrl {
    /// It says it.
    Url(String),
    /// It names a stage of an API Gateway.
    Api {
        /// The id of the API.
        api_id: String,
        /// Its stage.
        stage: String,
        /// Its region; where the bridge runs, if it is left out.
        region: Option<String>,
    },
}

impl BaseUrl {
    pub(super) fn read(field: &str, value: &Value) -> Result<Self, InvalidField> {
        if let Value::String(url) = value {
            return match base_url_problem(url) {
                None => Ok(Self::Url(url.trim_end_matches('/').to_owned())),
                Some(problem) => Err(invalid(field, &problem)),
            };
        }
        let Value::Object(_) = value else { return Err(invalid(field, "must be a URL or an object")) };
        let fields = Fields::of(field.to_owned(), value)?;
        Ok(Self::Api {
            api_id: fields.required("api_id", label)?,
            stage: fields.required("stage", stage)?,
            region: label(&fields, "region")?,
        })
    }

    /// The URL without a `/` at its end.
    #[must_use]
    pub fn url(&self, default_region: &str) -> String {
        match self {
            Self::Url(url) => url.clone(),
            Self::Api { api_id, stage, region } => {
                let region = region.as_deref().unwrap_or(default_region);
                format!("https://{api_id}.execute-api.{region}.amazonaws.com/{stage}")
            }
        }
    }
}

/// The URL of an action, by the secret of the link to it. Callers may add parameters behind a `&`.
#[must_use]
pub fn action_url(base_url: &str, link: &str, name: &str, action_type: ActionType) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("action", name)
        .append_pair("type", action_type.into())
        .finish();
    format!("{}/u/{link}?{query}", base_url.trim_end_matches('/'))
}

/// What belongs to a host name between two dots.
fn label(fields: &Fields<'_>, name: &str) -> Result<Option<String>, InvalidField> {
    let letters = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match fields.text(name)? {
        Some(text) if !(1..=63).contains(&text.len()) || !letters(&text) => {
            Err(fields.invalid(name, "must be 1 to 63 letters, digits and hyphens"))
        }
        text => Ok(text),
    }
}

fn stage(fields: &Fields<'_>, name: &str) -> Result<Option<String>, InvalidField> {
    let letters = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    match fields.text(name)? {
        Some(text) if !(1..=128).contains(&text.len()) || !letters(&text) => {
            Err(fields.invalid(name, "must be 1 to 128 letters, digits, hyphens and underscores"))
        }
        text => Ok(text),
    }
}

fn base_url_problem(url: &str) -> Option<String> {
    if url.len() > MOST_BASE_URL {
        return Some(format!("has more than {MOST_BASE_URL} characters"));
    }
    let Some((scheme, rest)) = url.split_once("://").filter(|_| is_uri(url)) else {
        return Some("must be a URL that begins with https://".to_owned());
    };
    if rest.contains(['?', '#']) {
        return Some("must be a URL without a query".to_owned());
    }
    let authority = rest.split('/').next().unwrap_or_default();
    match (scheme, host(authority)) {
        (_, None) => Some("must be a URL with a host, and without a user".to_owned()),
        ("https", Some(_)) => None,
        ("http", Some(host)) if is_loopback(host) => None,
        _ => Some("must begin with https://; http:// is for this machine alone".to_owned()),
    }
}

/// The host of an authority that has no user; a port is passed over.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, "0"),
    };
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match address {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(of_name),
    };
    (is_host && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

/// Whether a text has a scheme, and only what a URI may have ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)).
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let of_uri = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(of_scheme)
        && text.bytes().all(of_uri)
}

/// The scheme and the host of a URI, and all that is behind them.
pub(super) fn authority_and_rest(uri: &str) -> (&str, &str) {
    let scheme = uri.find(':').map_or(0, |colon| colon + 1);
    let behind = match uri[scheme..].strip_prefix("//") {
        None => scheme,
        Some(authority) => uri.len() - authority.len() + authority.find(['/', '?', '#']).unwrap_or(authority.len()),
    };
    uri.split_at(behind)
}
