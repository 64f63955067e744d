//! Every page and every notice, read as a browser reads them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod accessibility;
mod cases;
mod document;
mod escaping;
mod notices;
mod secrets;
mod states;
mod style;
