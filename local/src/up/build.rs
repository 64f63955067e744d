//! Building the functions anew.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use tokio::process::Command;

use super::code::functions;
use crate::children::{Process, parent_environment};
use crate::transcript::Transcript;

/// How the functions are built: a command that puts their binaries where [`StackOptions::build_dir`] says.
///
/// Its exit status tells whether all is well, and if not, what it prints is shown.
///
/// [`StackOptions::build_dir`]: crate::StackOptions::build_dir
#[derive(Clone, Debug)]
pub enum Build {
    /// `cargo build` for the functions in the workspace.
    Cargo {
        /// Cargo, as in the variable `CARGO`.
        program: OsString,
    },
    /// Something else, without arguments; tests have no Cargo.
    Program(OsString),
}

/// A build that failed; shown as the lines that it printed.
#[derive(Debug)]
pub(super) struct Failed(pub(super) Vec<String>);

impl Build {
    /// Builds in the workspace's folder, without any `AWS_*` variable. It ends with the future.
    pub(super) async fn run(&self, workspace: &Path) -> Result<(), Failed> {
        let printed = Transcript::new();
        let process = Process::spawn(self.command(workspace), "build", &printed)
            .map_err(|error| Failed(vec![format!("{self} can't be started: {error}")]))?;
        if process.exited().await.success() {
            return Ok(());
        }
        Err(Failed(printed.lines().into_iter().map(|line| line.text).collect()))
    }

    fn command(&self, workspace: &Path) -> Command {
        let mut command = match self {
            Self::Cargo { program } => {
                let mut cargo = Command::new(program);
                cargo.args(["build", "--quiet"]).args(functions(workspace).iter().flat_map(|name| ["--bin", name]));
                cargo
            }
            Self::Program(program) => Command::new(program),
        };
        let others = parent_environment().filter(|(name, _)| !name.to_string_lossy().starts_with("AWS_"));
        command.env_clear().envs(others).current_dir(workspace);
        command.stdin(std::process::Stdio::null()).kill_on_drop(true);
        command
    }
}

impl fmt::Display for Build {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Cargo { program } | Self::Program(program)) = self;
        write!(out, "{}", program.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_builds_every_function_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["check-credit", "fail-dead-letters"] {
            std::fs::create_dir_all(folder.path().join("functions").join(name)).unwrap();
            std::fs::write(folder.path().join("functions").join(name).join("Cargo.toml"), "").unwrap();
        }
        let command = Build::Cargo { program: "cargo".into() }.command(folder.path());
        let arguments: Vec<_> = command.as_std().get_args().collect();
        assert_eq!(arguments, ["build", "--quiet", "--bin", "check-credit", "--bin", "fail-dead-letters"]);
        let aws = command.as_std().get_envs().find(|(name, _)| name.to_string_lossy().starts_with("AWS_"));
        assert_eq!(aws, None);
    }

    #[tokio::test]
    async fn what_fails_is_told_in_its_own_words() {
        let folder = tempfile::tempdir().unwrap();
        let Failed(lines) = Build::Program("false".into()).run(folder.path()).await.unwrap_err();
        assert_eq!(lines, Vec::<String>::new());
        let Failed(lines) = Build::Program("/no/such/cargo".into()).run(folder.path()).await.unwrap_err();
        assert!(lines[0].starts_with("/no/such/cargo can't be started"), "{lines:?}");
        Build::Program("true".into()).run(folder.path()).await.unwrap();
    }
}
