//! What functions run: not what was built, but what was built and found good.
//!
//! As on AWS, the code of a function is what was uploaded last, whatever happens to the build since: it may fail half-way,
//! after some binaries were replaced, and while one is being replaced there is none.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

/// Where the folders of all runs are, below the build folder.
const ALL: &str = "up-code";
/// Held by each run as long as it lasts, however it ends.
const LOCK: &str = "lock";

/// A folder with the binaries that functions run.
#[derive(Debug)]
pub(super) struct Code {
    build_dir: PathBuf,
    folder: TempDir,
    _lock: File,
}

impl Code {
    /// A folder of this run alone. Folders of runs that were killed are removed.
    pub(super) fn open(build_dir: &Path) -> anyhow::Result<Self> {
        let build_dir = std::path::absolute(build_dir)?;
        let all = build_dir.join(ALL);
        Self::in_folder(build_dir, &all).with_context(|| format!("{} can't be used", all.display()))
    }

    fn in_folder(build_dir: PathBuf, all: &Path) -> io::Result<Self> {
        fs::create_dir_all(all)?;
        remove_abandoned(all)?;
        let folder = TempDir::new_in(all)?;
        let unlocked = folder.path().join("new-lock");
        let lock = File::create(&unlocked)?;
        lock.lock()?;
        fs::rename(unlocked, folder.path().join(LOCK))?;
        Ok(Self { build_dir, folder, _lock: lock })
    }

    /// Where the binaries are.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Takes over the binaries of these functions, as far as they are built; those that are really others than before.
    pub(super) fn take(&self, functions: Vec<String>) -> anyhow::Result<Vec<String>> {
        let mut taken = Vec::new();
        for function in functions {
            let (built, ours) = (self.build_dir.join(&function), self.folder().join(&function));
            if built.is_file() && !same(&built, &ours).unwrap_or(false) {
                replace(&built, &ours).with_context(|| format!("{} can't be taken over", built.display()))?;
                taken.push(function);
            }
        }
        Ok(taken)
    }
}

/// The functions of a workspace: each has a package in a folder of its own, and a binary of that name.
pub(super) fn functions(workspace: &Path) -> Vec<String> {
    let folders = fs::read_dir(workspace.join("functions")).into_iter().flatten().flatten();
    let packages = folders.filter(|folder| folder.path().join("Cargo.toml").is_file());
    let mut names: Vec<String> = packages.filter_map(|folder| folder.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// Puts a binary in the place of another, so that there is one at every moment. It is linked and not copied: a program
/// can't be started while anybody has it open for writing, be it a child of ours that was just being started.
fn replace(built: &Path, ours: &Path) -> io::Result<()> {
    let new = ours.with_extension("new");
    fs::hard_link(built, &new)?;
    fs::rename(&new, ours)
}

/// Whether two files have the same content. Cargo may put a file anew that has not changed.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one_is, other_is) = (fs::metadata(one)?, fs::metadata(other)?);
    if (one_is.dev(), one_is.ino()) == (other_is.dev(), other_is.ino()) {
        return Ok(true);
    }
    if one_is.len() != other_is.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (reader(one)?, reader(other)?);
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let length = left.len().min(right.len());
        if left[..length] != right[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        one.consume(length);
        other.consume(length);
    }
}

fn reader(path: &Path) -> io::Result<BufReader<File>> {
    Ok(BufReader::with_capacity(1 << 20, File::open(path)?))
}

fn remove_abandoned(all: &Path) -> io::Result<()> {
    for run in fs::read_dir(all)? {
        let run = run?.path();
        // One without a lock is just being made, by somebody else.
        if File::open(run.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok()) {
            // What can't be removed is in nobody's way.
            let _ = fs::remove_dir_all(run);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Cargo does it: the file is another one.
    fn build(folder: &Path, name: &str, content: &str) {
        let file = folder.join(name);
        if file.exists() {
            fs::remove_file(&file).unwrap();
        }
        fs::write(file, content).unwrap();
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_what_is_really_new_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), "one", "old");
        let code = Code::open(folder.path()).unwrap();
        let take = || code.take(names(&["one", "two"])).unwrap();
        assert_eq!(take(), ["one"], "the other is not built yet");
        assert_eq!(take(), names(&[]));
        build(folder.path(), "one", "old");
        assert_eq!(take(), names(&[]), "another file, but the same content");
        build(folder.path(), "one", "new");
        assert_eq!(fs::read_to_string(code.folder().join("one")).unwrap(), "old", "until it is taken");
        build(folder.path(), "two", "more");
        assert_eq!(take(), ["one", "two"]);
        assert_eq!(fs::read_to_string(code.folder().join("one")).unwrap(), "new");
        fs::remove_file(folder.path().join("one")).unwrap();
        assert_eq!(take(), names(&[]), "what is gone from the build still runs");
    }

    #[test]
    fn a_long_file_that_differs_at_its_end_differs() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(3 << 20);
        build(folder.path(), "one", &format!("{long}1"));
        build(folder.path(), "two", &format!("{long}2"));
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        assert!(!same(&one, &two).unwrap());
        build(folder.path(), "two", &format!("{long}1"));
        assert!(same(&one, &two).unwrap());
    }

    #[test]
    fn nothing_is_left_not_even_of_a_run_that_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        let all = folder.path().join(ALL);
        let left = |n| assert_eq!(fs::read_dir(&all).unwrap().count(), n);
        let first = Code::open(folder.path()).unwrap();
        let second = Code::open(folder.path()).unwrap();
        left(2);
        drop(first);
        left(1);
        // A process that is killed releases its lock and removes nothing.
        let Code { folder: killed, _lock: lock, .. } = second;
        let killed = killed.keep();
        drop(lock);
        let third = Code::open(folder.path()).unwrap();
        assert!(!killed.exists());
        left(1);
        drop(third);
        left(0);
    }

    #[test]
    fn a_function_is_a_package() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["two", "one", "notes"] {
            fs::create_dir_all(folder.path().join("functions").join(name)).unwrap();
        }
        for name in ["one", "two"] {
            fs::write(folder.path().join("functions").join(name).join("Cargo.toml"), "").unwrap();
        }
        assert_eq!(functions(folder.path()), ["one", "two"]);
        assert_eq!(functions(Path::new("/no/such/workspace")), names(&[]));
    }
}
