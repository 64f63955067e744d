//! `cargo xtask sam`: checks and builds the template with the tools that deploy it. No AWS account is involved.

use std::path::Path;

use crate::preflight::{self, For};
use crate::python::{self, Recipe};
use crate::workspace::Workspace;
use crate::{Outcome, process};

const SAM: Recipe = Recipe {
    folder: "sam-venv",
    requirements: &["xtask/sam-requirements.txt"],
    about: "AWS SAM, cargo-lambda and zig, about two minutes, once",
};
/// What the functions are built for, unless the template's parameter `Architecture` says otherwise.
const ARM: &str = "aarch64-unknown-linux-gnu";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let (subcommands, rest) = subcommands(arguments);
    let python = preflight::check(workspace, For::Running)?;
    let environment = python::environment(workspace, &python, &SAM)?;
    if subcommands.contains(&"build") && !rest.iter().any(|argument| argument.contains("x86_64")) {
        advise_on_target(workspace);
    }
    for subcommand in &subcommands {
        let mut sam = process::command(workspace, environment.program("sam"));
        process::with_path(&mut sam, &environment.programs())?;
        sam.arg(subcommand).env("SAM_CLI_TELEMETRY", "0");
        if *subcommand == "validate" {
            // Asked for even where nothing is.
            sam.args(["--lint", "--region", "us-east-1"]);
        }
        if subcommands.last() == Some(subcommand) {
            sam.args(rest);
        }
        if !process::run(&mut sam)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What to run, and the arguments for the last of it.
fn subcommands(arguments: &[String]) -> (Vec<&str>, &[String]) {
    match arguments.split_first() {
        Some((first, rest)) if matches!(first.as_str(), "validate" | "build") => (vec![first], rest),
        _ => (vec!["validate", "build"], arguments),
    }
}

fn advise_on_target(workspace: &Workspace) {
    let mut rustc = process::command(workspace, "rustc");
    let libraries = process::ask(rustc.args(["--print", "target-libdir", "--target", ARM]));
    if !libraries.is_some_and(|path| Path::new(path.trim()).exists()) {
        println!(
            "Rust can't build for {ARM} yet: rustup target add {ARM} (or add --parameter-overrides Architecture=x86_64)"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(arguments: &[&str]) -> (Vec<String>, Vec<String>) {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (subcommands, rest) = subcommands(&arguments);
        (subcommands.into_iter().map(str::to_owned).collect(), rest.to_vec())
    }

    #[test]
    fn both_are_run_unless_one_is_named_and_the_rest_goes_to_the_last() {
        let (both, rest) = given(&["--parameter-overrides", "Architecture=x86_64"]);
        assert_eq!(both, ["validate", "build"]);
        assert_eq!(rest, ["--parameter-overrides", "Architecture=x86_64"]);
        assert_eq!(given(&["build", "--cached"]), (vec!["build".to_owned()], vec!["--cached".to_owned()]));
        assert_eq!(given(&["validate"]).0, ["validate"]);
    }
}
