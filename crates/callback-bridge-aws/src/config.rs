//! Configuration by environment variables, read when a function starts. A wrong one names itself.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

/// The environment variables of a function.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of this process whose names start with `BRIDGE_` or `AWS_LAMBDA_`.
    #[must_use]
    pub fn of_process() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one place where the environment is read")]
        let all = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        all.filter(|(name, _)| name.starts_with("BRIDGE_") || name.starts_with("AWS_LAMBDA_"))
            .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
            .collect()
    }

    /// The value of a variable.
    ///
    /// # Errors
    /// When it is not set, is empty, or is no `T`.
    pub fn required<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<T, ConfigError> {
        self.optional(name)?.ok_or(ConfigError::Missing { name })
    }

    /// The value of a variable, if it is set and not empty.
    ///
    /// # Errors
    /// When it is no `T`.
    pub fn optional<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_empty()) else { return Ok(None) };
        let parsed =
            value.parse().map_err(|problem: T::Err| ConfigError::Invalid { name, problem: problem.to_string() });
        parsed.map(Some)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// What is wrong with the configuration of a function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable that must be set is not.
    #[error("the environment variable {name} is not set: set it on the function")]
    Missing {
        /// The name of the variable.
        name: &'static str,
    },
    /// A variable has a value that it cannot have.
    #[error("the environment variable {name} is wrong: {problem}")]
    Invalid {
        /// The name of the variable.
        name: &'static str,
        /// What is wrong with its value.
        problem: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_wrong_variable_names_itself() {
        let variables = Variables::from_iter([("BRIDGE_A", "7"), ("BRIDGE_B", "seven"), ("BRIDGE_C", "")]);
        assert_eq!(variables.required("BRIDGE_A"), Ok(7_u32));
        assert_eq!(variables.optional::<u32>("BRIDGE_C"), Ok(None));
        let missing = variables.required::<u32>("BRIDGE_C").unwrap_err();
        assert_eq!(missing.to_string(), "the environment variable BRIDGE_C is not set: set it on the function");
        let wrong = variables.required::<u32>("BRIDGE_B").unwrap_err().to_string();
        assert_eq!(wrong, "the environment variable BRIDGE_B is wrong: invalid digit found in string");
    }
}
