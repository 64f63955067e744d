//! What ends a function, told to people.

use std::{error, fmt, iter};

/// What may end a function. An error turns into it by `?`.
///
/// `main` prints the `Debug` of what it returns, so that is for people here: the error, and what led to it.
pub struct Error(Box<dyn error::Error + Send + Sync>);

impl Error {
    /// Takes an error that is boxed already, which `?` cannot.
    pub fn new(error: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        iter::successors(self.0.source(), |error| (*error).source()).try_for_each(|error| write!(f, ": {error}"))
    }
}

impl<E: error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigError;

    #[test]
    fn what_main_prints_is_for_people() {
        let error = Error::from(ConfigError::Missing { name: "BRIDGE_BUREAU_URL" });
        let printed = "the environment variable BRIDGE_BUREAU_URL is not set: set it on the function";
        assert_eq!(format!("{error:?}"), printed);
    }
}
