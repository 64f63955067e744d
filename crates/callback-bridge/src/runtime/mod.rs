//! The worker runtime: what happens between an SQS event and its batch response.

mod answering;
mod attempt;
mod batch;
mod deadlines;
mod delivery;
mod heartbeat;
mod lanes;
mod record;
mod settings;
mod settle;
#[cfg(test)]
mod tests;

pub use batch::{Invocation, Unreturnable, WorkerRuntime};
pub use settings::RuntimeSettings;
