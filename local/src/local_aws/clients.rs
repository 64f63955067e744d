//! What SDK clients are made of that can reach nothing but the local endpoint.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::Builder;

use super::SessionCredentials;
use crate::children::{CREDENTIAL, REGION};

/// Everything is said outright, so that nothing is taken from the environment or from files.
pub(super) fn config(endpoint: &str) -> SdkConfig {
    // Nobody's session, so that permissions are not checked.
    config_as(endpoint, Credentials::new(CREDENTIAL, CREDENTIAL, None, None, "local"))
}

/// The same with a session of a role.
pub(super) fn config_of(endpoint: &str, session: &SessionCredentials) -> SdkConfig {
    let SessionCredentials { access_key_id, secret_access_key, session_token } = session.clone();
    config_as(endpoint, Credentials::new(access_key_id, secret_access_key, Some(session_token), None, "local"))
}

fn config_as(endpoint: &str, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        // The SDK's default client would send even calls to the loopback interface to the proxy that HTTP_PROXY names.
        // This one knows no proxies, and no TLS: it could not talk to the real AWS if it wanted to.
        .http_client(Builder::new().build_http())
        .build()
}
