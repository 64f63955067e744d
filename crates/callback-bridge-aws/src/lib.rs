#![doc = include_str!("../README.md")]

pub mod config;
#[cfg(feature = "worker")]
mod lambda;
pub mod logging;
#[cfg(feature = "secrets-manager")]
mod secrets_manager;
#[cfg(feature = "worker")]
mod sqs;
#[cfg(feature = "worker")]
mod step_functions;

#[cfg(feature = "worker")]
pub use lambda::{Error, Lambda, run};
#[cfg(feature = "secrets-manager")]
pub use secrets_manager::{SecretError, read_secret};
#[cfg(feature = "worker")]
pub use sqs::SqsQueues;
#[cfg(feature = "worker")]
pub use step_functions::StepFunctions;
