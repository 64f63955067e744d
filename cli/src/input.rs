//! What commands read: files, and standard input.

use std::{
    fmt, fs,
    io::{self, IsTerminal, Read, Write},
    path::PathBuf,
    str::FromStr,
};

use serde_json::value::RawValue;

use crate::error::Error;

/// A file, or standard input, which is called `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::of(text))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("standard input"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Source {
    /// What is meant on a command line.
    pub(crate) fn of(text: &str) -> Self {
        if text == "-" { Self::StandardInput } else { Self::File(text.into()) }
    }

    /// All that is there.
    ///
    /// # Errors
    /// When it cannot be read, or is no text.
    pub(crate) fn read(&self) -> Result<String, Error> {
        let mut text = String::new();
        let read = match self {
            Self::StandardInput => {
                if io::stdin().is_terminal() {
                    let _nobody_reads_it = writeln!(io::stderr(), "reading from here: end with Ctrl-D");
                }
                io::stdin().lock().read_to_string(&mut text).map(drop)
            }
            Self::File(path) => fs::read_to_string(path).map(|read| text = read),
        };
        read.map(|()| text).map_err(|error| Error::usage(format!("{self} cannot be read: {error}{}", self.advice())))
    }

    /// What helps whoever has given JSON where a file is wanted, as the AWS CLI has it.
    fn advice(&self) -> &'static str {
        match self {
            Self::File(path) if path.to_string_lossy().trim_start().starts_with(['{', '[', '"']) => {
                "; it looks like JSON: give a file with it, or - and the JSON on standard input"
            }
            _ => "",
        }
    }

    /// JSON, to the letter.
    ///
    /// # Errors
    /// When it cannot be read, or is not JSON.
    pub(crate) fn read_json(&self) -> Result<Box<RawValue>, Error> {
        let text = self.read()?;
        json(&text).map_err(|error| Error::usage(format!("{self} is not JSON: {error}")))
    }
}

/// JSON, to the letter. A mistake is told by its place, without what stands there.
pub(crate) fn json(text: &str) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_to_the_letter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input.json");
        fs::write(&path, " { \"amount\": 1.00 }\n").unwrap();
        let source: Source = path.to_str().unwrap().parse().unwrap();
        assert_eq!(source.read_json().unwrap().get(), "{ \"amount\": 1.00 }");
        fs::write(&path, "{ amount }").unwrap();
        let error = source.read_json().unwrap_err().to_string();
        assert!(error.contains("input.json is not JSON: key must be a string at line 1"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Source::File("nowhere.json".into()).read().unwrap_err().to_string();
        assert!(error.starts_with("nowhere.json cannot be read: ") && !error.contains("JSON:"), "{error}");
        let error = Source::of(r#"{"amount":1}"#).read().unwrap_err().to_string();
        assert!(error.ends_with("give a file with it, or - and the JSON on standard input"), "{error}");
        assert_eq!("-".parse(), Ok(Source::StandardInput));
    }
}
