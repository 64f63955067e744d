//! What this machine must have before anything can be built, and how to get what it lacks.

use crate::process;
use crate::version::Version;
use crate::workspace::Workspace;

const OLDEST_PYTHON: Version = Version(3, 11, 0);
const PYTHONS: &[&str] = &["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
/// Prints the version, and whether it can make a virtual environment with pip in it.
const ASK_PYTHON: &str = "import sys, importlib.util as u; \
    print('%d.%d.%d' % sys.version_info[:3], all(map(u.find_spec, ('venv', 'ensurepip'))))";

/// What a command needs beyond Rust and Python.
#[derive(Clone, Copy)]
pub(crate) enum For {
    Running,
    Testing,
}

/// What was found on this machine.
#[derive(Clone, Debug)]
struct Probes {
    rust: Option<Version>,
    clippy: bool,
    rustfmt: bool,
    pythons: Vec<Python>,
}

#[derive(Clone, Debug)]
struct Python {
    program: String,
    version: Version,
    makes_environments: bool,
}

/// The Python to use; or everything that is lacking, at once.
pub(crate) fn check(workspace: &Workspace, purpose: For) -> Result<String, String> {
    judge(&probe(workspace), workspace.rust_version()?, purpose)
        .map_err(|lacking| format!("This machine lacks:\n  - {}", lacking.join("\n  - ")))
}

fn probe(workspace: &Workspace) -> Probes {
    let says = |program: &str, arguments: &[&str]| process::ask(process::command(workspace, program).args(arguments));
    let cargo_has = |part: &str| process::ask(process::cargo(workspace).args([part, "--version"])).is_some();
    Probes {
        rust: says("rustc", &["--version"]).as_deref().and_then(Version::find),
        clippy: cargo_has("clippy"),
        rustfmt: cargo_has("fmt"),
        pythons: PYTHONS
            .iter()
            .filter_map(|program| {
                let said = says(program, &["-c", ASK_PYTHON])?;
                Some(Python {
                    program: (*program).to_owned(),
                    version: Version::find(&said)?,
                    makes_environments: said.contains("True"),
                })
            })
            .collect(),
    }
}

fn judge(probes: &Probes, oldest_rust: Version, purpose: For) -> Result<String, Vec<String>> {
    let mut lacking = Vec::new();
    match probes.rust {
        Some(rust) if rust >= oldest_rust => {}
        Some(rust) => lacking.push(format!("Rust {oldest_rust} or newer (found {rust}): rustup update stable")),
        None => lacking.push(format!("Rust {oldest_rust} or newer: https://rustup.rs")),
    }
    if matches!(purpose, For::Testing) {
        for (there, component) in [(probes.clippy, "clippy"), (probes.rustfmt, "rustfmt")] {
            if !there {
                lacking.push(format!("{component}: rustup component add {component}"));
            }
        }
    }
    let new_enough = || probes.pythons.iter().filter(|python| python.version >= OLDEST_PYTHON);
    let usable = new_enough().find(|python| python.makes_environments);
    if usable.is_none() {
        lacking.push(match (new_enough().next(), probes.pythons.iter().max_by_key(|python| python.version)) {
            (Some(Python { program, version: Version(major, minor, _), .. }), _) => format!(
                "virtual environments for {program}: on Debian and Ubuntu, apt install python{major}.{minor}-venv"
            ),
            (None, Some(Python { program, version, .. })) => format!(
                "Python {OLDEST_PYTHON} or newer ({program} is {version}): your system's packages, or https://www.python.org/downloads"
            ),
            (None, None) => {
                format!("Python {OLDEST_PYTHON} or newer: your system's packages, or https://www.python.org/downloads")
            }
        });
    }
    match usable {
        Some(python) if lacking.is_empty() => Ok(python.program.clone()),
        _ => Err(lacking),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLDEST_RUST: Version = Version(1, 94, 1);

    fn python(program: &str, version: Version, makes_environments: bool) -> Python {
        Python { program: program.to_owned(), version, makes_environments }
    }

    fn complete() -> Probes {
        Probes {
            rust: Some(Version(1, 95, 0)),
            clippy: true,
            rustfmt: true,
            pythons: vec![python("python3", Version(3, 12, 1), true)],
        }
    }

    fn lacking(probes: &Probes, purpose: For) -> Vec<String> {
        judge(probes, OLDEST_RUST, purpose).unwrap_err()
    }

    #[test]
    fn a_complete_machine_lacks_nothing() {
        assert_eq!(judge(&complete(), OLDEST_RUST, For::Testing), Ok("python3".to_owned()));
    }

    #[test]
    fn everything_lacking_is_named_at_once_with_the_way_to_get_it() {
        let nothing = Probes { rust: None, clippy: false, rustfmt: false, pythons: vec![] };
        assert_eq!(
            lacking(&nothing, For::Testing),
            [
                "Rust 1.94.1 or newer: https://rustup.rs",
                "clippy: rustup component add clippy",
                "rustfmt: rustup component add rustfmt",
                "Python 3.11 or newer: your system's packages, or https://www.python.org/downloads",
            ]
        );
        assert_eq!(lacking(&nothing, For::Running).len(), 2, "the demo needs neither clippy nor rustfmt");
    }

    #[test]
    fn an_old_rust_is_named_with_its_version() {
        let old = Probes { rust: Some(Version(1, 90, 0)), ..complete() };
        assert_eq!(lacking(&old, For::Running), ["Rust 1.94.1 or newer (found 1.90): rustup update stable"]);
    }

    #[test]
    fn a_newer_python_beside_an_old_one_is_used() {
        let pythons = vec![python("python3", Version(3, 9, 0), true), python("python3.13", Version(3, 13, 0), true)];
        assert_eq!(judge(&Probes { pythons, ..complete() }, OLDEST_RUST, For::Running), Ok("python3.13".to_owned()));
    }

    #[test]
    fn an_old_python_is_named_with_its_version() {
        let pythons = vec![python("python3", Version(3, 9, 0), true)];
        let lacking = lacking(&Probes { pythons, ..complete() }, For::Running);
        assert!(lacking[0].starts_with("Python 3.11 or newer (python3 is 3.9)"), "{lacking:?}");
    }

    #[test]
    fn a_python_without_venv_is_named_with_the_package_to_install() {
        let pythons = vec![python("python3", Version(3, 12, 3), false)];
        assert_eq!(
            lacking(&Probes { pythons, ..complete() }, For::Running),
            ["virtual environments for python3: on Debian and Ubuntu, apt install python3.12-venv"]
        );
    }
}
