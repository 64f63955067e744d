//! The pages and the mails in a browser: what people see, and what they can do with a keyboard alone.
//!
//! `cargo xtask test browser` runs them; pictures of everything are in `target/screenshots` afterwards.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "../../../crates/callbacks/tests/pages/cases.rs"]
#[expect(dead_code, reason = "the tests of the pages need more of it")]
mod cases;
mod driver;
mod keyboard;
mod mails;
mod pages;
mod site;
