//! SDK clients that can reach nothing but the local endpoint.

use aws_credential_types::Credentials;
use aws_smithy_http_client::Builder;

use super::SessionCredentials;
use crate::children::{CREDENTIAL, REGION};

pub(super) struct Clients {
    pub(super) sfn: aws_sdk_sfn::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) secrets_manager: aws_sdk_secretsmanager::Client,
}

/// Everything is said outright, so that nothing is taken from the environment or from files.
macro_rules! client {
    ($sdk:ident, $endpoint:expr, $http:expr, $credentials:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new(REGION))
                .credentials_provider($credentials.clone())
                .endpoint_url($endpoint)
                .http_client($http.clone())
                .build(),
        )
    };
}

impl Clients {
    pub(super) fn new(endpoint: &str) -> Self {
        // The SDK's default client would send even calls to the loopback interface to the proxy that HTTP_PROXY names.
        // This one knows no proxies, and no TLS: it could not talk to the real AWS if it wanted to.
        let http = Builder::new().build_http();
        // Nobody's session, so that permissions are not checked.
        let credentials = Credentials::new(CREDENTIAL, CREDENTIAL, None, None, "local");
        Self {
            sfn: client!(aws_sdk_sfn, endpoint, http, credentials),
            sqs: client!(aws_sdk_sqs, endpoint, http, credentials),
            secrets_manager: client!(aws_sdk_secretsmanager, endpoint, http, credentials),
        }
    }
}

/// A client for SQS of a session.
pub(super) fn sqs_as(endpoint: &str, session: &SessionCredentials) -> aws_sdk_sqs::Client {
    let SessionCredentials { access_key_id, secret_access_key, session_token } = session.clone();
    let credentials = Credentials::new(access_key_id, secret_access_key, Some(session_token), None, "local");
    client!(aws_sdk_sqs, endpoint, Builder::new().build_http(), credentials)
}
