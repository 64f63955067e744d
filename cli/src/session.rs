//! Whom AWS is asked as, where, and for whom the answers are written.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sfn::Client;

use crate::{
    arguments::{Format, GlobalOptions},
    error::Error,
};

/// What every command that asks AWS needs.
pub(crate) struct Session {
    pub(crate) config: SdkConfig,
    pub(crate) sfn: Client,
    pub(crate) format: Format,
}

impl Session {
    /// Reads what the options leave open from the environment and from the files of the AWS CLI.
    ///
    /// # Errors
    /// When nobody says which region is meant.
    pub(crate) async fn open(options: &GlobalOptions) -> Result<Self, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &options.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = loader.load().await;
        if config.region().is_none() {
            let reason = "no region is known: give --region, set AWS_REGION, or choose a --profile that has one";
            return Err(Error::Unreachable(reason.to_owned()));
        }
        Ok(Self { sfn: Client::new(&config), config, format: options.output })
    }
}
