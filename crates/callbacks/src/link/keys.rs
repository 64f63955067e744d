//! The keys that links prove themselves by.

use std::fmt;

/// One key, or two while one takes the place of the other: new links are made by the first, and both are taken.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKeys {
    current: Box<[u8]>,
    before: Option<Box<[u8]>>,
}

impl LinkKeys {
    /// The shortest key, in bytes.
    pub const SHORTEST: usize = 32;

    /// Reads the text of a secret: a key in the first line, and perhaps the one before it in the second.
    ///
    /// # Errors
    /// When there is none, there are more than two, or one is short.
    pub fn read(secret: &str) -> Result<Self, KeysError> {
        let mut lines = secret.lines().map(str::trim).filter(|line| !line.is_empty());
        let current = key(lines.next().ok_or(KeysError::None)?)?;
        let before = lines.next().map(key).transpose()?;
        match lines.next() {
            Some(_) => Err(KeysError::TooMany),
            None => Ok(Self { current, before }),
        }
    }

    pub(super) fn current(&self) -> &[u8] {
        &self.current
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &[u8]> {
        [Some(&self.current), self.before.as_ref()].into_iter().flatten().map(|key| &**key)
    }
}

fn key(line: &str) -> Result<Box<[u8]>, KeysError> {
    match line.as_bytes() {
        short if short.len() < LinkKeys::SHORTEST => Err(KeysError::Short { bytes: short.len() }),
        key => Ok(key.into()),
    }
}

impl fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkKeys({})", self.all().count())
    }
}

/// Why a secret holds no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// It is empty.
    #[error("the secret holds no key: put one of at least {} letters in its first line", LinkKeys::SHORTEST)]
    None,
    /// It has too many lines.
    #[error("the secret holds more than two keys: the first line is the one in use, the second the one before it")]
    TooMany,
    /// A key that could be guessed.
    #[error("a key in the secret has {bytes} bytes, fewer than {}", LinkKeys::SHORTEST)]
    Short {
        /// How many it has.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_or_two_and_none_that_could_be_guessed() {
        let key = "k".repeat(32);
        assert_eq!(LinkKeys::read(&key).unwrap().all().count(), 1);
        assert_eq!(LinkKeys::read(&format!("{key}\n {key}\n\n")).unwrap().all().count(), 2);
        assert_eq!(LinkKeys::read(" \n"), Err(KeysError::None));
        assert_eq!(LinkKeys::read("short"), Err(KeysError::Short { bytes: 5 }));
        assert_eq!(LinkKeys::read(&[&*key; 3].join("\n")), Err(KeysError::TooMany));
        assert_eq!(format!("{:?}", LinkKeys::read(&key).unwrap()), "LinkKeys(1)");
    }
}
