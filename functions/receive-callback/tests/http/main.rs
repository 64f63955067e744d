//! Links over HTTP, as API Gateway hands requests to the function.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod answering;
mod bench;
mod log;
mod opening;
mod refusing;
mod sample_events;
mod secrets;
mod signing_in;
mod trouble;
