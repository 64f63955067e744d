//! The configuration of the function.

use callback_bridge_aws::{
    config::{ConfigError, Variables},
    switches,
};
use callbacks::{notices::BaseUrl, urls::Switches};

/// What the function is told by its environment, beside what its [desk](callback_bridge_aws::parking_desk) is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `BRIDGE_BASE_URL`: where URLs begin, unless a call says otherwise.
    pub base_url: BaseUrl,
    /// `AWS_REGION`: where the API is that a call names without a region.
    pub region: String,
    /// What URLs may do.
    pub switches: Switches,
}

impl Config {
    /// Reads the configuration of a function that runs in this region.
    ///
    /// # Errors
    /// When a variable is missing or wrong; the error names it.
    pub fn read(variables: &Variables, region: Option<&str>) -> Result<Self, ConfigError> {
        Ok(Self {
            base_url: variables.required("BRIDGE_BASE_URL")?,
            region: region.ok_or(ConfigError::Missing { name: "AWS_REGION" })?.to_owned(),
            switches: switches(variables)?,
        })
    }
}
