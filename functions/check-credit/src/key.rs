//! The key that the bureau knows us by, and where it comes from.

use std::error::Error;

use aws_config::SdkConfig;
use callback_bridge_aws::read_secret;
use reqwest::header::HeaderValue;
use tokio::sync::Mutex;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Gives the key: when the function starts, and again when the bureau does not take it any more.
pub trait KeySource: Send + Sync {
    /// The key as it is now.
    fn key(&self) -> impl Future<Output = Result<String, BoxError>> + Send;
}

/// A secret of Secrets Manager whose text is the key.
#[derive(Debug, Clone)]
pub struct SecretKey {
    /// How Secrets Manager is reached.
    pub aws: SdkConfig,
    /// The ARN or the name of the secret.
    pub secret: String,
}

impl KeySource for SecretKey {
    async fn key(&self) -> Result<String, BoxError> {
        Ok(read_secret(&self.aws, &self.secret).await?)
    }
}

/// The key in use. It is marked as sensitive, so that `Debug` does not show it.
#[derive(Debug)]
pub(crate) struct BureauKey<K> {
    source: K,
    current: Mutex<HeaderValue>,
}

impl<K: KeySource> BureauKey<K> {
    pub(crate) async fn read(source: K) -> Result<Self, BoxError> {
        let current = Mutex::new(as_header(&source.key().await?)?);
        Ok(Self { source, current })
    }

    pub(crate) async fn current(&self) -> HeaderValue {
        self.current.lock().await.clone()
    }

    /// The key that has taken the place of one that the bureau refused, if another one has. Of many records that were
    /// refused at once, one reads it for all.
    pub(crate) async fn instead_of(&self, refused: &HeaderValue) -> Result<Option<HeaderValue>, BoxError> {
        let mut current = self.current.lock().await;
        if *current == *refused {
            *current = as_header(&self.source.key().await?)?;
        }
        Ok((*current != *refused).then(|| current.clone()))
    }
}

fn as_header(key: &str) -> Result<HeaderValue, UnusableKey> {
    let mut header = HeaderValue::from_str(key.trim()).map_err(|_| UnusableKey)?;
    header.set_sensitive(true);
    Ok(header)
}

/// A key that cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key in the secret of BRIDGE_BUREAU_SECRET_ARN cannot stand in a header: it must be one line of visible ASCII"
)]
pub struct UnusableKey;
