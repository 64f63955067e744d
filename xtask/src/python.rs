//! Virtual environments of Python under the target folder, made on first use and made again when what they hold changes.

use std::env::consts::EXE_SUFFIX;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::process;
use crate::workspace::Workspace;

/// What to make.
pub(crate) struct Recipe {
    /// The folder, under the target folder.
    pub(crate) folder: &'static str,
    /// The files that say what goes in, from the root of the repository; pip reads the first, the others by way of it.
    pub(crate) requirements: &'static [&'static str],
    /// What it is for and how long it takes, for whoever waits.
    pub(crate) about: &'static str,
}

/// Behind the demo and the end-to-end tests, which look for it at `target/python`.
pub(crate) const LOCAL_AWS: Recipe = Recipe {
    folder: "python",
    requirements: &["local/aws/requirements-dev.txt", "local/aws/requirements.txt", "local/aws/constraints.txt"],
    about: "the local AWS, about a minute, once",
};

/// A virtual environment that is complete.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// What is, or will be, in a folder.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder of its programs.
    pub(crate) fn programs(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }

    /// One of its programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs().join(format!("{name}{EXE_SUFFIX}"))
    }
}

/// The environment of a recipe, made by `python` if it is not there, not complete or not up to date.
pub(crate) fn environment(workspace: &Workspace, python: &str, recipe: &Recipe) -> Result<Environment, String> {
    let environment = Environment::in_folder(workspace.target.join(recipe.folder));
    let wanted = stamp(workspace, python, recipe)?;
    let stamp_file = environment.folder.join("stamp");
    let _lock = lock(&workspace.target, recipe)?;
    if fs::read_to_string(&stamp_file).is_ok_and(|found| found == wanted) {
        return Ok(environment);
    }
    make(workspace, python, recipe, &environment)?;
    // Last of all, so that an environment without its stamp is one whose making was interrupted.
    fs::write(&stamp_file, wanted).map_err(|error| format!("{}: {error}", stamp_file.display()))?;
    Ok(environment)
}

/// Everything the environment follows from. Kept as it is: a hash would have to be the same in every version of Rust.
fn stamp(workspace: &Workspace, python: &str, recipe: &Recipe) -> Result<String, String> {
    let mut text =
        process::ask(process::command(workspace, python).args(["-c", "import sys; print(sys.version, sys.prefix)"]))
            .ok_or_else(|| format!("{python} does not run"))?;
    for file in recipe.requirements {
        let path = workspace.root.join(file);
        text += &fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(text)
}

/// Held while an environment is looked at or made; the system releases it when this program ends, however it ends.
fn lock(target: &Path, recipe: &Recipe) -> Result<File, String> {
    let path = target.join(format!("{}.lock", recipe.folder));
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("Waiting for another command that prepares {} ...", recipe.folder);
            file.lock().map_err(failed)?;
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    Ok(file)
}

fn make(workspace: &Workspace, python: &str, recipe: &Recipe, environment: &Environment) -> Result<(), String> {
    let folder = &environment.folder;
    eprintln!("Preparing {} ({}):", folder.display(), recipe.about);
    let mut venv = process::command(workspace, python);
    if !process::run(venv.args(["-m", "venv", "--clear"]).arg(folder))? {
        return Err(format!("{python} could not make a virtual environment at {}", folder.display()));
    }
    let mut pip = process::command(workspace, environment.program("python"));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "--requirement"])
        .arg(recipe.requirements[0])
        .stdout(Stdio::piped());
    let mut child = pip.spawn().map_err(|error| format!("cannot run pip: {error}"))?;
    let mut said = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            show_progress(&line);
            said.push(line);
        }
    }
    let status = child.wait().map_err(|error| format!("cannot wait for pip: {error}"))?;
    eprintln!();
    if status.success() {
        return Ok(());
    }
    let last = said.split_off(said.len().saturating_sub(10)).join("\n");
    Err(format!("{last}\npip could not install {} (see above); the next run starts anew", recipe.requirements[0]))
}

/// A dot for each package, and a word before the long silence at the end.
fn show_progress(line: &str) {
    match line.trim_start() {
        line if line.starts_with("Collecting ") => eprint!("."),
        line if line.starts_with("Installing collected packages") => eprint!(" downloaded, installing ..."),
        line if line.starts_with("Successfully installed") => eprint!(" done"),
        _ => return,
    }
    // Whether it can be shown makes no difference to the installation.
    let _ = io::stderr().flush();
}
