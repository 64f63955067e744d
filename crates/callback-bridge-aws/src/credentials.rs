//! Calls that were not made because there were no credentials to sign them by. The SDK tells of them as of connections that broke.

use std::{error::Error, iter};

use aws_credential_types::provider::error::CredentialsError;

/// How it is told that whoever gives credentials has not.
pub(crate) const NOT_GIVEN: &str = "whoever gives the credentials has not given any: sign in again, if it goes on";

/// Why there were none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoCredentials {
    /// Nobody here has any.
    Missing,
    /// Whoever gives them has not: it did not reply, was called too often, or wants a person to sign in again.
    NotGiven,
}

impl NoCredentials {
    /// Why a call was not made, if it was for that.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let failed = causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>())?;
        let is_missing =
            matches!(failed, CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_));
        Some(if is_missing { Self::Missing } else { Self::NotGiven })
    }
}

/// What led to an error.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(error.source(), |error| (*error).source())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::provider::{ProvideCredentials, future};
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    /// Who gives no credentials, for a reason of its own.
    #[derive(Debug)]
    struct Failing(fn() -> CredentialsError);

    impl ProvideCredentials for Failing {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(self.0()))
        }
    }

    /// A configuration whose calls find no credentials, and nobody to be asked.
    pub(crate) async fn config_without(reason: fn() -> CredentialsError) -> SdkConfig {
        let config = aws_config::defaults(BehaviorVersion::latest()).credentials_provider(Failing(reason));
        config.endpoint_url("http://127.0.0.1:9").region(Region::new("us-east-1")).load().await
    }

    /// There are none.
    pub(crate) fn not_loaded() -> CredentialsError {
        CredentialsError::not_loaded("no provider has any")
    }

    /// Whoever gives them cannot be reached.
    pub(crate) fn unreachable() -> CredentialsError {
        CredentialsError::provider_error(ConnectorError::io("connection refused".into()))
    }

    #[tokio::test]
    async fn what_failed_for_another_reason_is_not_taken_for_it() {
        let wrapped = |error: CredentialsError| ConnectorError::other(error.into(), None);
        for (error, why) in [
            (wrapped(not_loaded()), Some(NoCredentials::Missing)),
            (wrapped(CredentialsError::provider_error("the session has expired")), Some(NoCredentials::NotGiven)),
            (wrapped(CredentialsError::provider_timed_out(Duration::from_secs(5))), Some(NoCredentials::NotGiven)),
            (wrapped(unreachable()), Some(NoCredentials::NotGiven)),
            (ConnectorError::io("connection refused".into()), None),
        ] {
            assert_eq!(NoCredentials::of(&error), why, "{error:?}");
        }
    }
}
