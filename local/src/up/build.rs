//! Building the functions anew.

use std::ffi::OsString;
use std::path::Path;

use tokio::process::Command;

use crate::children::{Process, parent_environment};
use crate::transcript::Transcript;

/// How the functions are built: a command that puts their binaries where [`StackOptions::build_dir`] says.
///
/// Its exit status tells whether all is well, and if not, what it prints is shown.
///
/// [`StackOptions::build_dir`]: crate::StackOptions::build_dir
#[derive(Clone, Debug)]
pub struct Build {
    /// The program, which is run in the workspace's folder.
    pub program: OsString,
    /// What it is told.
    pub arguments: Vec<OsString>,
}

/// A build that failed; shown as the lines that it printed.
#[derive(Debug)]
pub(super) struct Failed(pub(super) Vec<String>);

impl Build {
    /// The build of the workspace by this Cargo: the one in the variable `CARGO`.
    ///
    /// To name the functions' packages or binaries would be to build all that they depend on once more, because the
    /// features of dependencies follow from what is built together.
    #[must_use]
    pub fn with_cargo(program: OsString) -> Self {
        Self { program, arguments: ["build", "--workspace", "--quiet"].map(OsString::from).to_vec() }
    }

    /// Builds, without any `AWS_*` variable. It ends with the future.
    pub(super) async fn run(&self, workspace: &Path) -> Result<(), Failed> {
        let printed = Transcript::new();
        let process = Process::spawn(self.command(workspace), "build", &printed)
            .map_err(|error| Failed(vec![format!("{} can't be started: {error}", self.program.display())]))?;
        if process.exited().await.success() {
            return Ok(());
        }
        Err(Failed(printed.lines().into_iter().map(|line| line.text).collect()))
    }

    fn command(&self, workspace: &Path) -> Command {
        let mut command = Command::new(&self.program);
        let others = parent_environment().filter(|(name, _)| !name.to_string_lossy().starts_with("AWS_"));
        command.args(&self.arguments).env_clear().envs(others).current_dir(workspace);
        command.stdin(std::process::Stdio::null()).kill_on_drop(true);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(program: &str, arguments: &[&str]) -> Build {
        Build { program: program.into(), arguments: arguments.iter().map(OsString::from).collect() }
    }

    #[tokio::test]
    async fn what_fails_is_told_in_its_own_words() {
        let folder = tempfile::tempdir().unwrap();
        let failing = program("sh", &["-c", "echo in $(pwd); echo mismatched types >&2; exit 101"]);
        let Failed(mut lines) = failing.run(folder.path()).await.unwrap_err();
        lines.sort(); // two pipes
        let folder_is = folder.path().canonicalize().unwrap();
        assert_eq!(lines, [format!("in {}", folder_is.display()), "mismatched types".to_owned()]);
        let Failed(lines) = program("/no/such/cargo", &[]).run(folder.path()).await.unwrap_err();
        assert!(lines[0].starts_with("/no/such/cargo can't be started"), "{lines:?}");
        program("true", &[]).run(folder.path()).await.unwrap();
    }

    #[tokio::test]
    async fn it_sees_the_variables_of_whoever_runs_it_but_none_of_an_account() {
        let folder = tempfile::tempdir().unwrap();
        let script = "[ -n \"$PATH\" ] && ! env | grep ^AWS_";
        program("sh", &["-c", script]).run(folder.path()).await.unwrap();
        let command = program("sh", &[]).command(folder.path());
        assert!(!command.as_std().get_envs().any(|(name, _)| name.to_string_lossy().starts_with("AWS_")));
    }
}
