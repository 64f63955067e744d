//! `cargo xtask conformance`: what is relied on of AWS, asked of the local AWS, or of an account that is named.

use std::ffi::OsString;
use std::process::Command;

use crate::preflight::{self, For};
use crate::python::{self, Environment};
use crate::workspace::Workspace;
use crate::{Outcome, process};

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let python = preflight::check(workspace, For::Running)?;
    let environment = python::environment(workspace, &python, &python::LOCAL_AWS)?;
    // It has something to delete, also after Ctrl-C.
    process::become_it(&mut suite(workspace, &environment, arguments, process::variables()))
}

/// The suite, with more arguments for pytest; `variables` are those that it would inherit.
pub(crate) fn suite(
    workspace: &Workspace,
    environment: &Environment,
    arguments: &[String],
    variables: impl IntoIterator<Item = OsString>,
) -> Command {
    // The one child that may have the user's credentials, and only when the user names the account that they must belong
    // to. The suite compares, and has precautions of its own when no account is named.
    let mut command = process::command_with_account(workspace, environment.program("python"));
    if !names_an_account(arguments) {
        process::forget_account(&mut command, variables);
        command.env_remove("PYTEST_ADDOPTS"); // which could name one
    }
    command.current_dir(workspace.root.join("local/aws/conformance")).args(["-m", "pytest", "-q"]).args(arguments);
    command
}

fn names_an_account(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "--account" || argument.starts_with("--account="))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variables that the suite does not get, of a user who has these.
    fn taken_away(arguments: &[&str]) -> Vec<String> {
        let variables = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "HOME", "PATH"].map(OsString::from);
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let workspace = Workspace::find().unwrap();
        let suite = suite(&workspace, &Environment::in_folder("python".into()), &arguments, variables);
        let removed = suite.get_envs().filter(|(_, value)| value.is_none());
        removed.map(|(name, _)| name.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn without_an_account_the_suite_gets_no_credentials() {
        for arguments in [&[][..], &["-k", "fifo"], &["--profile", "production"], &["-k", "--accounts"]] {
            assert_eq!(taken_away(arguments), ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "PYTEST_ADDOPTS"], "{arguments:?}");
        }
    }

    #[test]
    fn with_an_account_it_gets_those_of_the_user() {
        for arguments in [&["--account", "123456789012"][..], &["-x", "--account=123456789012"]] {
            assert_eq!(taken_away(arguments), [""; 0], "{arguments:?}");
        }
    }
}
