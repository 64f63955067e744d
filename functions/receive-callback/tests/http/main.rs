//! Links over HTTP, as API Gateway hands requests to the function.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod answering;
mod bench;
mod documented;
mod events;
mod keys;
mod machines;
mod machines_refused;
mod machines_trouble;
mod nobody_upsets_it;
mod opening;
mod provider;
mod queries;
mod refusing;
mod sample_events;
mod secrets;
mod signing_in;
mod trouble;
mod urls;
mod urls_calling;
mod urls_opening;
mod urls_parameters;
mod urls_posting;
mod urls_refused;
mod urls_responses;
mod urls_trouble;
