//! `cargo xtask demo`: the real functions against the local AWS.

use crate::preflight::{self, For};
use crate::workspace::Workspace;
use crate::{Outcome, process, python};

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    prepare_and_become(workspace, "demo", arguments)
}

/// Prepares Python and all binaries, and then runs one of them in place of this program.
pub(crate) fn prepare_and_become(workspace: &Workspace, binary: &str, arguments: &[String]) -> Outcome {
    let python = preflight::check(workspace, For::Running)?;
    python::environment(workspace, &python, &python::LOCAL_AWS)?;
    if !process::run(process::cargo(workspace).args(["build", "--workspace"]))? {
        return Ok(false);
    }
    let mut binary = process::command(workspace, workspace.binary(binary));
    binary.args(arguments).stdin(std::process::Stdio::inherit());
    process::become_it(&mut binary)
}
