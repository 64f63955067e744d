#![doc = include_str!("../README.md")]

pub mod config;
mod error;
#[cfg(feature = "worker")]
mod lambda;
pub mod logging;
#[cfg(feature = "worker")]
pub mod metrics;
#[cfg(feature = "secrets-manager")]
mod secrets_manager;
#[cfg(feature = "worker")]
mod sqs;
#[cfg(feature = "worker")]
mod step_functions;

pub use error::Error;
#[cfg(feature = "worker")]
pub use lambda::{Lambda, run};
#[cfg(feature = "secrets-manager")]
pub use secrets_manager::{SecretError, read_secret};
#[cfg(feature = "worker")]
pub use sqs::SqsQueues;
#[cfg(feature = "worker")]
pub use step_functions::StepFunctions;
