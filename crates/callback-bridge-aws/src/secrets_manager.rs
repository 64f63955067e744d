//! Secrets Manager: what a function reads once, when it starts.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::{Client, error::DisplayErrorContext};

/// The text of the current version of a secret, by its ARN or name.
///
/// It is read once per sandbox, so a rotated secret is seen by new sandboxes only: keep the old value valid meanwhile.
///
/// # Errors
/// When Secrets Manager does not give it, or it is binary; the error names the secret.
pub async fn read_secret(config: &SdkConfig, secret: &str) -> Result<String, SecretError> {
    let reply =
        Client::new(config).get_secret_value().secret_id(secret).send().await.map_err(|error| SecretError {
            secret: secret.to_owned(),
            problem: DisplayErrorContext(error).to_string(),
        })?;
    reply.secret_string.ok_or_else(|| SecretError { secret: secret.to_owned(), problem: "it is not a text".to_owned() })
}

/// A secret that could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the secret {secret} could not be read: {problem}")]
pub struct SecretError {
    secret: String,
    problem: String,
}
