//! What a function signs its calls with.

use std::fmt;

use serde::Deserialize;

/// Credentials of a session of a function's role, as [Lambda gives them](https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html).
///
/// What is called with them has to be granted to the role. They end with the local AWS, not after a time.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SessionCredentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: String,
}

impl fmt::Debug for SessionCredentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SessionCredentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let text = r#"{"access_key_id": "ASIA1", "secret_access_key": "hidden", "session_token": "hidden, too"}"#;
        let credentials: SessionCredentials = serde_json::from_str(text).unwrap();
        let shown = format!("{credentials:?}");
        assert!(shown.contains("ASIA1") && !shown.contains("hidden"), "{shown}");
    }
}
