//! Child processes. None of them sees the user's AWS account, unless the user names it to `cargo xtask conformance`.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::workspace::Workspace;

/// A command in the root of the workspace, without any `AWS_*` variable and without input.
pub(crate) fn command(workspace: &Workspace, program: impl AsRef<OsStr>) -> Command {
    let mut command = command_with_account(workspace, program);
    forget_account(&mut command, variables());
    command
}

/// The same with the `AWS_*` variables of the user. For `cargo xtask conformance --account` alone.
pub(crate) fn command_with_account(workspace: &Workspace, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&workspace.root).stdin(Stdio::null());
    command
}

/// Takes what names or opens an AWS account from a command; `variables` are those that it would inherit.
pub(crate) fn forget_account(command: &mut Command, variables: impl IntoIterator<Item = OsString>) {
    for name in variables {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
}

/// The names of this program's environment variables.
pub(crate) fn variables() -> impl Iterator<Item = OsString> {
    env::vars_os().map(|(name, _)| name)
}

/// The same Cargo that runs this program.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    command(workspace, env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Puts a folder in front of the command's PATH.
pub(crate) fn with_path(command: &mut Command, folder: &Path) -> Result<(), String> {
    let old = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(folder.to_path_buf()).chain(env::split_paths(&old)))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    command.env("PATH", path);
    Ok(())
}

/// Runs a command whose output goes straight to the user.
pub(crate) fn run(command: &mut Command) -> Result<bool, String> {
    let status = command.status().map_err(|error| unstartable(command, &error))?;
    Ok(status.success())
}

/// A command takes this process's place, so that Ctrl-C reaches it alone and it can clean up after itself.
#[cfg(unix)]
pub(crate) fn become_it(command: &mut Command) -> Result<bool, String> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(unstartable(command, &error))
}

/// Where no process can take another one's place.
#[cfg(not(unix))]
pub(crate) fn become_it(command: &mut Command) -> Result<bool, String> {
    run(command)
}

/// Runs a command and gives back what it printed, or nothing if it failed or is not there.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let answer = command.stderr(Stdio::null()).output().ok()?;
    answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
}

/// Runs a command, passes on what it prints as it comes, and keeps it.
pub(crate) fn run_and_keep(command: &mut Command) -> Result<(bool, String), String> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| unstartable(command, &error))?;
    let mut printed = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        let mut chunk = [0; 4096];
        loop {
            let length = stdout.read(&mut chunk).map_err(|error| error.to_string())?;
            if length == 0 {
                break;
            }
            printed.extend_from_slice(&chunk[..length]);
            let mut out = io::stdout();
            out.write_all(&chunk[..length]).and_then(|()| out.flush()).map_err(|error| error.to_string())?;
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    Ok((status.success(), String::from_utf8_lossy(&printed).into_owned()))
}

fn unstartable(command: &Command, error: &io::Error) -> String {
    format!("cannot run {}: {error}", command.get_program().to_string_lossy())
}
