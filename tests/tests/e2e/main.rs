//! End-to-end: the real function binaries and the real template over the local AWS.
//!
//! Every flow runs at log level DEBUG, and ends only when no message is left and no line of output holds a token.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod activities;
mod alarms;
mod approval_links;
mod approvals;
mod bench;
mod callbacks_command;
mod chat;
mod cli;
mod command_line;
mod credit_check;
mod cross_account;
mod deliveries;
mod demo;
mod desk;
mod doors;
mod faults;
mod fifo;
mod grants;
mod isolation;
mod late;
mod log;
mod mails;
mod migrating;
mod operations;
mod other_account;
mod pages;
mod patterns;
mod push_to_sqs;
mod refusals;
mod store;
mod stored;
mod subscriber;
mod third_party;
mod up;
mod urls;
mod watch;
mod webhooks;
