//! Which browser.

use std::{env, path::PathBuf};

use anyhow::Context;

/// The environment variable that names the browser's program.
pub const VARIABLE: &str = "BRIDGE_CHROMIUM";

/// What is said where there is no browser.
pub const MISSING: &str =
    "no Chromium: install it (Debian's package is chromium), or name its program in BRIDGE_CHROMIUM";

/// What it is called on the PATH.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The program of the browser: that of [`VARIABLE`], or the first on the PATH.
///
/// # Errors
/// If there is none.
#[expect(clippy::disallowed_methods, reason = "the machine says where its browser is")]
pub fn find() -> anyhow::Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Ok(named.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let mut programs = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs.find(|program| program.is_file()).context(MISSING)
}
