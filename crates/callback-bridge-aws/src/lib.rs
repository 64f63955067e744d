#![doc = include_str!("../README.md")]

#[cfg(feature = "chat")]
mod chat;
pub mod config;
#[cfg(feature = "dynamodb")]
mod dynamodb;
mod error;
#[cfg(feature = "worker")]
mod lambda;
pub mod logging;
#[cfg(feature = "worker")]
pub mod metrics;
#[cfg(any(feature = "chat", feature = "ses"))]
mod notifier;
#[cfg(feature = "secrets-manager")]
mod secrets_manager;
#[cfg(feature = "ses")]
mod ses;
#[cfg(feature = "worker")]
mod sqs;
#[cfg(feature = "worker")]
mod step_functions;
#[cfg(test)]
#[cfg(any(feature = "chat", feature = "ses"))]
mod test_notices;

#[cfg(feature = "chat")]
pub use chat::{IncomingWebhooks, PlainHttp, WebhooksError};
#[cfg(feature = "dynamodb")]
pub use dynamodb::CallbackTable;
pub use error::Error;
#[cfg(feature = "worker")]
pub use lambda::{Lambda, run};
#[cfg(any(feature = "chat", feature = "ses"))]
pub use notifier::Channels;
#[cfg(feature = "secrets-manager")]
pub use secrets_manager::{SecretError, read_secret};
#[cfg(feature = "ses")]
pub use ses::SesMail;
#[cfg(feature = "worker")]
pub use sqs::SqsQueues;
#[cfg(feature = "worker")]
pub use step_functions::StepFunctions;
