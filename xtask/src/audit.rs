//! `cargo xtask audit`: what the dependencies are, rather than what they do.

use std::path::{Path, PathBuf};

use crate::version::Version;
use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Tools, at the versions that `deny.toml` was written for.
const TOOLS: &[(&str, Version)] = &[("cargo-deny", Version(0, 20, 2)), ("cargo-machete", Version(0, 9, 2))];

pub(crate) fn run(workspace: &Workspace, _arguments: &[String]) -> Outcome {
    let tools = workspace.target.join("tools");
    for (name, version) in TOOLS {
        install(workspace, &tools, name, *version)?;
    }
    let run = |name, arguments: &[&str]| {
        println!("\n== {name} {}", arguments.join(" "));
        process::run(process::command(workspace, program(&tools, name)).args(arguments))
    };
    // The ban on SDKs names who may use them before they do.
    let rules = run("cargo-deny", &["check", "-A", "unused-wrapper", "bans", "licenses", "sources"])?;
    let advisories = if run("cargo-deny", &["fetch", "db"])? {
        run("cargo-deny", &["check", "--disable-fetch", "advisories"])?
    } else {
        println!("advisories not checked: their database could not be fetched");
        true
    };
    let all_used = run("cargo-machete", &["."])?;
    Ok(rules && advisories && all_used)
}

fn program(tools: &Path, name: &str) -> PathBuf {
    tools.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn install(workspace: &Workspace, tools: &Path, name: &str, version: Version) -> Result<(), String> {
    let Version(major, minor, patch) = version;
    let there = process::ask(process::command(workspace, program(tools, name)).arg("--version"));
    if there.as_deref().and_then(Version::find) == Some(version) {
        return Ok(());
    }
    println!("Installing {name} {version} into {} (some minutes, once):", tools.display());
    let mut command = process::cargo(workspace);
    command.args(["install", "--locked", "--version", &format!("{major}.{minor}.{patch}"), name, "--root"]).arg(tools);
    if process::run(&mut command)? { Ok(()) } else { Err(format!("{name} could not be installed")) }
}
