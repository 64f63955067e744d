//! The pages and the mails in a browser: what people see, and what they can do with a keyboard alone.
//!
//! `cargo xtask test browser` runs them; pictures of everything are in `target/screenshots` afterwards.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod approval;
#[path = "../e2e/approvals"]
#[expect(dead_code, reason = "the end-to-end tests need more of it")]
mod approvals {
    pub(crate) mod bench;
    mod secrets;
    mod stored;
}
#[path = "../e2e/bench.rs"]
#[expect(dead_code, reason = "the end-to-end tests need more of it")]
mod bench;
#[path = "../../../crates/callbacks/tests/pages/cases.rs"]
#[expect(dead_code, reason = "the tests of the pages need more of it")]
mod cases;
mod driver;
mod keyboard;
#[path = "../e2e/log.rs"]
mod log;
mod mails;
mod pages;
mod scanner;
mod site;
mod states;
mod urls;
