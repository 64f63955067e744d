//! Calls that create URLs, as Lambda hands them to the function: those of the function itself, and those by API Gateway.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod bench;
mod created;
mod refused;
mod requests;
mod secrets;
mod trouble;
