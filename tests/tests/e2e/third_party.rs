//! What docs/webhooks.md tells third parties, and what docs/openapi.json says of the HTTP API, against the running functions.

mod bench;
mod curl;
mod documented;
mod samples;
