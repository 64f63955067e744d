//! Where things are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::version::Version;

/// The repository and what was built from it.
#[derive(Clone)]
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder: built files, virtual environments, tools.
    pub(crate) target: PathBuf,
    binaries: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("xtask is not inside a workspace")?;
        // Cargo put this program at TARGET/PROFILE/xtask, wherever CARGO_TARGET_DIR or a configuration file want TARGET.
        let program = env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let binaries = program.parent().ok_or("this program has no folder")?;
        let target = binaries.parent().ok_or("this program is not in a target folder")?;
        Ok(Self { root: root.to_path_buf(), target: target.to_path_buf(), binaries: binaries.to_path_buf() })
    }

    /// A program of the workspace, as built by `cargo build`.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The oldest Rust that compiles the workspace.
    pub(crate) fn rust_version(&self) -> Result<Version, String> {
        let manifest = self.root.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
        rust_version(&text).ok_or_else(|| format!("{}: no rust-version", manifest.display()))
    }
}

fn rust_version(manifest: &str) -> Option<Version> {
    let value = manifest.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "rust-version").then_some(value)
    })?;
    Version::find(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rust_version_is_read_from_the_manifest() {
        let manifest = "[workspace.package]\nedition = \"2024\"\n# rust-version = \"9.9\"\nrust-version = \"1.94.1\"\n";
        assert_eq!(rust_version(manifest), Some(Version(1, 94, 1)));
        assert_eq!(rust_version("[package]\n"), None);
    }

    #[test]
    fn the_workspace_is_found() {
        let workspace = Workspace::find().unwrap();
        assert!(workspace.root.join("Cargo.lock").exists());
        assert!(workspace.rust_version().unwrap() >= Version(1, 85, 0));
    }
}
