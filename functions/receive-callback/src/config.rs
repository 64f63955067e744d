//! The configuration of the function.

use callback_bridge_aws::{
    config::{ConfigError, Variables},
    switches,
};
use callbacks::urls::Switches;

/// What the function is told by its environment, beside what every [desk](callback_bridge_aws::desk) is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// `BRIDGE_PERSON_CLAIM`: which claim of a JSON Web Token says who has signed in, as in `email`. Unless it is set, nobody
    /// signs in, and an answer is of whoever was sent the link.
    pub person_claim: Option<String>,
    /// What URLs may do: `BRIDGE_ENABLE_OUTPUT_PARAMETERS` and `BRIDGE_ENABLE_POST_ACTIONS`, each `true` or `false`. Unless they
    /// are set, neither.
    pub switches: Switches,
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is wrong; the error names it.
    pub fn read(variables: &Variables) -> Result<Self, ConfigError> {
        Ok(Self { person_claim: variables.optional("BRIDGE_PERSON_CLAIM")?, switches: switches(variables)? })
    }
}
