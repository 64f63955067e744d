#![doc = include_str!("../README.md")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a command-line program: it talks to its user, reads the environment and measures real time"
)]

mod audit;
mod browser;
mod conformance;
mod counts;
mod demo;
mod preflight;
mod process;
mod python;
mod sam;
mod steps;
mod summary;
mod test;
mod up;
mod version;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

/// What a command comes to: whether all is well, or why it could not be said.
type Outcome = Result<bool, String>;

struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&Workspace, &[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        arguments: "[ARGS...]",
        about: "everything on this machine, without an AWS account; ARGS go to the demo",
        run: demo::run,
    },
    Command {
        name: "up",
        arguments: "[ARGS...]",
        about: "the same, to develop with: it stays up and follows the sources; ARGS go to it",
        run: up::run,
    },
    Command {
        name: "test",
        arguments: "[STEP...]",
        about: "all checks and tests, or the named steps alone",
        run: test::run,
    },
    Command {
        name: "conformance",
        arguments: "[ARGS...]",
        about: "what is relied on of AWS, locally, or with --account ID for real; ARGS go to pytest",
        run: conformance::run,
    },
    Command {
        name: "audit",
        arguments: "",
        about: "licences, banned and unused dependencies, advisories (cargo-deny, cargo-machete)",
        run: audit::run,
    },
    Command {
        name: "sam",
        arguments: "[validate|build] [ARGS...]",
        about: "check and build template.yaml as for a deployment; ARGS go to sam",
        run: sam::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", &[][..]),
    };
    if matches!(name, "help" | "--help" | "-h") {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("There is no command `{name}`.\n\n{}", help());
        return ExitCode::from(2);
    };
    match Workspace::find().and_then(|workspace| (command.run)(&workspace, rest)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let row = |usage: &str, about: &str| format!("  {usage:32} {about}\n");
    let commands =
        COMMANDS.iter().map(|command| row(&format!("{} {}", command.name, command.arguments), command.about));
    let steps = steps::STEPS.iter().map(|step| row(step.name, step.about));
    [
        vec!["cargo xtask COMMAND\n\n".to_owned()],
        commands.collect(),
        vec!["\nThe steps of `cargo xtask test`:\n\n".to_owned()],
        steps.collect(),
    ]
    .concat()
    .concat()
}
