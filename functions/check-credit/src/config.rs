//! The configuration of the function.

use std::time::Duration;

use callback_bridge_aws::config::{ConfigError, Variables};
use reqwest::Url;

/// What the function is told by its environment. The runtime reads variables of its own beside these
/// (`BRIDGE_MAX_RECEIVES`, `BRIDGE_TOKEN_POINTER`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `BRIDGE_BUREAU_URL`: where the credit bureau is, as in `https://bureau.example.com/`.
    pub bureau_url: Url,
    /// `BRIDGE_BUREAU_SECRET_ARN`: the secret whose text is the key that the bureau knows us by.
    pub bureau_secret: String,
    /// `BRIDGE_BUREAU_TIMEOUT_SECONDS`: how long one request may take, 1 to 600; 7 unless set.
    pub bureau_timeout: Duration,
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or wrong; the error names it.
    pub fn read(variables: &Variables) -> Result<Self, ConfigError> {
        let invalid = |name, problem: &str| ConfigError::Invalid { name, problem: problem.to_owned() };
        let mut bureau_url: Url = variables.required("BRIDGE_BUREAU_URL")?;
        if !matches!(bureau_url.scheme(), "https" | "http") || bureau_url.cannot_be_a_base() {
            return Err(invalid("BRIDGE_BUREAU_URL", "it must start with https://"));
        }
        if !bureau_url.path().ends_with('/') {
            bureau_url.set_path(&format!("{}/", bureau_url.path())); // paths are appended to it
        }
        let bureau_timeout = match variables.optional("BRIDGE_BUREAU_TIMEOUT_SECONDS")?.unwrap_or(7) {
            seconds @ 1..=600 => Duration::from_secs(seconds),
            _ => return Err(invalid("BRIDGE_BUREAU_TIMEOUT_SECONDS", "it must be from 1 to 600")),
        };
        Ok(Self { bureau_url, bureau_secret: variables.required("BRIDGE_BUREAU_SECRET_ARN")?, bureau_timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changed: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let good = [("BRIDGE_BUREAU_URL", "https://bureau.example.com"), ("BRIDGE_BUREAU_SECRET_ARN", "arn:secret")];
        Config::read(&good.into_iter().chain(changed.iter().copied()).collect())
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let config = read(&[]).unwrap();
        assert_eq!(config.bureau_timeout, Duration::from_secs(7));
        assert_eq!(config.bureau_url.as_str(), "https://bureau.example.com/");
    }

    #[test]
    fn a_path_of_the_bureau_is_kept() {
        let config = read(&[("BRIDGE_BUREAU_URL", "https://example.com/bureau")]).unwrap();
        assert_eq!(config.bureau_url.as_str(), "https://example.com/bureau/");
    }

    #[test]
    fn what_is_missing_or_wrong_names_itself() {
        for (name, value) in [
            ("BRIDGE_BUREAU_URL", ""),
            ("BRIDGE_BUREAU_URL", "bureau.example.com"),
            ("BRIDGE_BUREAU_URL", "ftp://bureau.example.com"),
            ("BRIDGE_BUREAU_SECRET_ARN", ""),
            ("BRIDGE_BUREAU_TIMEOUT_SECONDS", "0"),
            ("BRIDGE_BUREAU_TIMEOUT_SECONDS", "soon"),
        ] {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name), "{name}={value}: {error}");
        }
    }
}
