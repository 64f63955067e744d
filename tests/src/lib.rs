//! What the end-to-end tests and the guards of this repository share, and the examples of its documents, compiled.

use std::path::Path;

mod alarms;
pub mod browser;
mod cloudwatch;
mod translated;

pub use alarms::Alarm;
pub use cloudwatch::{Datum, Metric, going_on, published};
pub use translated::{Resource, Template};

/// The folder of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
