//! Everything that the child processes print, line by line.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::journal::{Journal, Reader};

/// One line of output, with who printed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who printed it: `local-aws`, or the name of a function's binary, such as `check-credit`.
    pub source: Arc<str>,
    /// The line without its end; bytes that are not UTF-8 are replaced.
    pub text: String,
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} | {}", self.source, self.text)
    }
}

/// The output of all child processes, in the order of its arrival; clones share it.
///
/// A line is stored whole or not at all, whichever process printed it and however many print at once.
/// Tests search it: for what was logged, and for what must never be, such as a task token.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    lines: Journal<Line>,
    file: Option<Arc<Mutex<File>>>,
}

impl Transcript {
    /// A transcript in memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A transcript that is also written to a file, which is created or emptied; its folder is created if need be.
    ///
    /// # Errors
    /// If the file can't be created.
    pub fn to_file(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = Some(Arc::new(Mutex::new(File::create(path)?)));
        Ok(Self { lines: Journal::default(), file })
    }

    /// Appends a line.
    pub fn append(&self, source: &str, text: &str) {
        self.append_line(Line { source: source.into(), text: text.to_owned() });
    }

    pub(crate) fn append_line(&self, line: Line) {
        if let Some(file) = &self.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
                // The line is still kept in memory, so nothing depends on the copy.
                tracing::warn!(%error, "a line of the transcript could not be written to its file");
            }
        }
        self.lines.append(line);
    }

    /// All lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.lines.items()
    }

    /// Whether any line so far has this text in it.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.lines.any(|line| line.text.contains(text))
    }

    /// The lines from the first one on, and those to come.
    #[must_use]
    pub fn reader(&self) -> Reader<Line> {
        self.lines.reader()
    }

    /// The lines to come.
    #[must_use]
    pub fn tail(&self) -> Reader<Line> {
        self.lines.tail()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_found_and_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/transcript.log");
        let transcript = Transcript::to_file(&path).unwrap();
        transcript.clone().append("check-credit", "a score of 742");
        assert!(transcript.contains("742"));
        assert!(!transcript.contains("743"));
        assert_eq!(transcript.lines()[0].to_string(), "check-credit | a score of 742");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "check-credit | a score of 742\n");
    }
}
