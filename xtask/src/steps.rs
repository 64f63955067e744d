//! The steps of `cargo xtask test`: one row for each, cheap ones first.

use std::env;
use std::num::NonZeroUsize;
use std::process::Command;
use std::thread;

use crate::browser;
use crate::conformance::suite;
use crate::counts::Counts;
use crate::process;
use crate::python::{self, Environment};
use crate::workspace::Workspace;

/// One step.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Steps without which this one can't run.
    pub(crate) needs: &'static [&'static str],
    pub(crate) run: fn(&Context) -> Result<Verdict, String>,
}

/// What a step came to.
pub(crate) struct Verdict {
    pub(crate) counts: Counts,
    /// Why it came to that, where the numbers don't say.
    pub(crate) note: Option<String>,
}

impl From<Counts> for Verdict {
    fn from(counts: Counts) -> Self {
        Self { counts, note: None }
    }
}

/// What steps run with.
pub(crate) struct Context {
    pub(crate) workspace: Workspace,
    pub(crate) python: String,
    /// In CI: warnings are errors, and a browser that is missing is installed.
    pub(crate) ci: bool,
}

/// How many tests run at once.
const TEST_THREADS: &str = "RUST_TEST_THREADS";

/// The feature without which the tests in a browser are left out.
const BROWSER_TESTS: &str = "callback-bridge-tests/browser";

pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", about: "the formatting of Rust (cargo fmt)", needs: &[], run: fmt },
    Step { name: "build", about: "everything compiles (cargo build)", needs: &[], run: build },
    Step { name: "clippy", about: "lints (cargo clippy)", needs: &["build"], run: clippy },
    Step { name: "docs", about: "documentation and its links (cargo doc)", needs: &["build"], run: docs },
    Step { name: "rust", about: "unit, property and end-to-end tests (cargo test)", needs: &["build"], run: rust },
    Step {
        name: "browser",
        about: "the pages in a browser (cargo test, Chromium)",
        needs: &["build"],
        run: in_browser,
    },
    Step { name: "doctests", about: "examples in documentation (cargo test --doc)", needs: &["build"], run: doctests },
    Step { name: "python", about: "tests of the local AWS (pytest)", needs: &[], run: pytest },
    Step {
        name: "conformance",
        about: "what is relied on of AWS, against the local AWS (pytest)",
        needs: &[],
        run: conformance,
    },
    Step { name: "template", about: "rules for the templates (cfn-lint)", needs: &[], run: template },
];

fn fmt(context: &Context) -> Result<Verdict, String> {
    check(context.cargo(&["fmt", "--all", "--check"]))
}

fn build(context: &Context) -> Result<Verdict, String> {
    check(context.cargo(&["build", "--workspace"]))
}

fn clippy(context: &Context) -> Result<Verdict, String> {
    let mut command = context.cargo(&["clippy", "--workspace", "--all-targets", "--features", BROWSER_TESTS]);
    if context.ci {
        command.args(["--", "-D", "warnings"]);
    }
    check(command)
}

fn docs(context: &Context) -> Result<Verdict, String> {
    let mut command = context.cargo(&["doc", "--workspace", "--no-deps"]);
    if context.ci {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    check(command)
}

fn rust(context: &Context) -> Result<Verdict, String> {
    context.local_aws()?; // the end-to-end tests start it
    // Benches are compiled by clippy; to run them is to measure.
    let mut command =
        context.cargo(&["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests", "--examples"]);
    if env::var_os(TEST_THREADS).is_none() {
        // End-to-end tests wait half of their time: for queues, backoffs and deadlines.
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        command.env(TEST_THREADS, (cores + cores.div_ceil(2)).to_string());
    }
    tests(command, Counts::of_cargo_test)
}

fn in_browser(context: &Context) -> Result<Verdict, String> {
    let mut command = context.cargo(&["test", "--workspace", "--features", BROWSER_TESTS, "--test", "browser"]);
    if let Some(program) = browser::find_or_install(&context.workspace, context.ci)? {
        context.local_aws()?; // the questions of some pages are asked there
        command.env(browser::VARIABLE, program);
        return tests(command, Counts::of_cargo_test);
    }
    // They compile all the same.
    let (compiled, listed) = process::run_and_keep(command.args(["--", "--list"]))?;
    if !compiled {
        return Ok(Counts::check(false).into());
    }
    println!("{}", browser::ADVICE);
    Ok(Verdict { counts: Counts::skipped_of_cargo_test(&listed), note: Some(browser::ADVICE.to_owned()) })
}

fn doctests(context: &Context) -> Result<Verdict, String> {
    tests(context.cargo(&["test", "--workspace", "--no-fail-fast", "--doc"]), Counts::of_cargo_test)
}

fn pytest(context: &Context) -> Result<Verdict, String> {
    let mut command = process::command(&context.workspace, context.local_aws()?.program("python"));
    command.current_dir(context.workspace.root.join("local/aws")).args(["-m", "pytest", "-q"]);
    tests(command, Counts::of_pytest)
}

fn conformance(context: &Context) -> Result<Verdict, String> {
    let command = suite(&context.workspace, &context.local_aws()?, &[], process::variables());
    tests(command, Counts::of_pytest)
}

fn template(context: &Context) -> Result<Verdict, String> {
    let mut command = process::command(&context.workspace, context.local_aws()?.program("cfn-lint"));
    command.args(["template.yaml", "infra/callback-role.yaml"]);
    check(command)
}

impl Context {
    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = process::cargo(&self.workspace);
        command.args(arguments);
        command
    }

    fn local_aws(&self) -> Result<Environment, String> {
        python::environment(&self.workspace, &self.python, &python::LOCAL_AWS)
    }
}

/// A command that says yes or no.
fn check(mut command: Command) -> Result<Verdict, String> {
    process::run(&mut command).map(|passed| Counts::check(passed).into())
}

/// A command that runs tests and says how many.
fn tests(mut command: Command, count: fn(&str) -> Counts) -> Result<Verdict, String> {
    let (succeeded, printed) = process::run_and_keep(&mut command)?;
    Ok(count(&printed).judged(succeeded).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_a_step_needs_only_earlier_ones() {
        for (index, step) in STEPS.iter().enumerate() {
            let earlier: Vec<_> = STEPS[..index].iter().map(|step| step.name).collect();
            assert!(!earlier.contains(&step.name), "{}", step.name);
            assert!(step.needs.iter().all(|name| earlier.contains(name)), "{}", step.name);
        }
    }
}
