//! The browser of the browser tests: the one of this machine. In CI, where the machine is nobody's, it is installed.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::process;
use crate::workspace::Workspace;

/// The environment variable that names the program of the browser, for this command and for the tests.
pub(crate) const VARIABLE: &str = "BRIDGE_CHROMIUM";
/// What it is called on the PATH; the tests know the same names.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// How to get it.
pub(crate) const ADVICE: &str =
    "Chromium is missing: install it (Debian's package is chromium), or name its program in BRIDGE_CHROMIUM";

/// The program of the browser, if there is one. With `install` one that is missing is installed, and an error if it can't.
pub(crate) fn find_or_install(workspace: &Workspace, install: bool) -> Result<Option<PathBuf>, String> {
    let find = || find(env::var_os(VARIABLE), env::var_os("PATH").unwrap_or_default(), Path::is_file);
    match find()? {
        None if install => {
            self::install(workspace)?;
            find()?.ok_or_else(|| ADVICE.to_owned()).map(Some)
        }
        found => Ok(found),
    }
}

fn find(named: Option<OsString>, path: OsString, is_there: fn(&Path) -> bool) -> Result<Option<PathBuf>, String> {
    if let Some(named) = named.map(PathBuf::from) {
        let missing = || format!("{VARIABLE} is {}, which is no file", named.display());
        return if is_there(&named) { Ok(Some(named)) } else { Err(missing()) };
    }
    let folders: Vec<_> = env::split_paths(&path).collect();
    let mut programs = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    Ok(programs.find(|program| is_there(program)))
}

fn install(workspace: &Workspace) -> Result<(), String> {
    let root = process::ask(process::command(workspace, "id").arg("-u")).is_some_and(|id| id.trim() == "0");
    for line in installation(root) {
        println!("{}", line.join(" "));
        let mut command = process::command(workspace, line[0]);
        let failed = |reason: &str| format!("{ADVICE} (`{}` {reason})", line.join(" "));
        match process::run(command.args(&line[1..])) {
            Ok(true) => {}
            Ok(false) => return Err(failed("failed, see above")),
            Err(_) => return Err(failed("does not run here")),
        }
    }
    Ok(())
}

/// The commands that install it: nothing asks for a password or anything else.
fn installation(root: bool) -> [Vec<&'static str>; 2] {
    let apt = |arguments: &[&'static str]| {
        let before: &[_] = if root { &[] } else { &["sudo", "-n"] };
        // Named on the line, because sudo hands no variables on.
        [before, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat()
    };
    [apt(&["update"]), apt(&["install", "--yes", "--no-install-recommends", "chromium"])]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(named: Option<&str>, is_there: fn(&Path) -> bool) -> Result<Option<PathBuf>, String> {
        let path = env::join_paths(["/usr/local/bin", "/usr/bin"]).unwrap();
        find(named.map(OsString::from), path, is_there)
    }

    #[test]
    fn the_first_name_on_the_path_is_taken() {
        assert_eq!(found(None, |_| true), Ok(Some("/usr/local/bin/chromium".into())));
        let others: fn(&Path) -> bool = |program| !program.ends_with("chromium");
        assert_eq!(found(None, others), Ok(Some("/usr/local/bin/chromium-browser".into())));
        assert_eq!(found(None, |program| program == "/usr/bin/chromium"), Ok(Some("/usr/bin/chromium".into())));
        assert_eq!(found(None, |_| false), Ok(None));
    }

    #[test]
    fn the_one_that_is_named_is_taken_and_no_other() {
        assert_eq!(found(Some("/opt/chrome"), |_| true), Ok(Some("/opt/chrome".into())));
        let refused = found(Some("/opt/chrome"), |program| program == "/usr/bin/chromium").unwrap_err();
        assert_eq!(refused, "BRIDGE_CHROMIUM is /opt/chrome, which is no file");
    }

    #[test]
    fn it_is_installed_without_a_question() {
        let [update, install] = installation(true);
        assert_eq!(update, ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update"]);
        assert_eq!(install[3..], ["install", "--yes", "--no-install-recommends", "chromium"]);
        for line in installation(false) {
            assert_eq!(line[..2], ["sudo", "-n"], "no password is asked for");
            assert_eq!(line[2], "env");
        }
    }

    #[test]
    fn how_to_get_it_is_one_line() {
        assert!(!ADVICE.contains('\n') && ADVICE.contains(VARIABLE));
    }
}
