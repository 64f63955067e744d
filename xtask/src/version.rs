//! Versions, as programs print them.

use std::fmt;

/// Major, minor and patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first version in a text: `rustc 1.95.0-nightly (5980761 2026-04-14)`, `Python 3.11.7`, `"1.94"`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '-' | '+')).find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let mut numbers = word.split('.').map(|number| {
            // 3.15.0rc1 counts as 3.15.0
            let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
            number[..digits].parse().ok()
        });
        let (major, minor) = (numbers.next()??, numbers.next()??);
        Some(Self(major, minor, numbers.next().flatten().unwrap_or(0)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)?;
        if self.2 > 0 { write!(f, ".{}", self.2) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, version) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)", Version(1, 95, 0)),
            ("rustc 1.97.0-nightly (abcdef 2026-08-01)", Version(1, 97, 0)),
            ("Python 3.11.7\n", Version(3, 11, 7)),
            ("3.15.0rc1 True", Version(3, 15, 0)),
            (" \"1.94\"", Version(1, 94, 0)),
            ("cargo-deny 0.20.2", Version(0, 20, 2)),
        ] {
            assert_eq!(Version::find(text), Some(version), "{text}");
        }
        assert_eq!(Version::find("command not found"), None);
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(Version(1, 100, 0) > Version(1, 94, 1));
        assert_eq!(Version(3, 11, 0).to_string(), "3.11");
        assert_eq!(Version(1, 94, 1).to_string(), "1.94.1");
    }
}
