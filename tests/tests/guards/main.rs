//! Guards: what must stay true of this repository, read from its files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod alarms;
mod cross_account;
mod documents;
mod events;
mod http_api;
mod migration;
mod openapi;
mod schemas;
mod state_machines;
mod structure;
mod template;
mod webhooks;
