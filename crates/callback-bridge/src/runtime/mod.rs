//! The worker runtime: what happens between an SQS event and its batch response, or between an invocation with one message
//! and its end.

mod answering;
mod attempt;
mod batch;
mod deadlines;
mod delivery;
mod giving_up;
mod heartbeat;
mod invocation;
mod invoked;
mod lanes;
mod metrics;
mod record;
mod settings;
mod settle;
#[cfg(test)]
mod tests;

pub use batch::Unreturnable;
pub use invocation::Invocation;
pub use invoked::Unanswered;
pub use settings::RuntimeSettings;
pub use settle::{Settlement, settle};

/// Runs a [`Worker`](crate::Worker) on the messages of a queue.
#[derive(Debug)]
pub struct WorkerRuntime<W, C, Q> {
    worker: W,
    callbacks: C,
    queue: Q,
    settings: RuntimeSettings,
}

impl<W, C, Q> WorkerRuntime<W, C, Q> {
    /// A runtime for `worker` that answers through `callbacks` and returns messages to `queue`.
    pub const fn new(worker: W, callbacks: C, queue: Q, settings: RuntimeSettings) -> Self {
        Self { worker, callbacks, queue, settings }
    }
}
