//! Whom AWS is asked as, where, and for whom the answers are written.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, SdkConfig,
    profile::{self, ProfileFileCredentialsProvider},
    provider_config::ProviderConfig,
    timeout::TimeoutConfig,
};
use aws_sdk_sfn::{
    Client,
    config::{Builder, SharedCredentialsProvider},
};
use aws_types::os_shim_internal::{Env, Fs};

use crate::{
    arguments::{Format, GlobalOptions},
    error::Error,
};

/// How long a reply may take. Calls that are kept open on purpose have a client with a patience of their own.
const PATIENCE: Duration = Duration::from_secs(15);

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
    /// When nobody says which region is meant, or there is no such profile.
    pub(crate) async fn open(options: &GlobalOptions) -> Result<Self, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &options.profile {
            is_there(profile).await?;
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &options.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let mut config = loader.load().await;
        if let Some(profile) = &options.profile {
            let credentials = credentials_of(profile, config.region());
            config = config.into_builder().credentials_provider(credentials).build();
        }
        if config.region().is_none() {
            let reason = "no region is known: give --region, set AWS_REGION, or choose a --profile that has one";
            return Err(Error::Unreachable(reason.to_owned()));
        }
        // Not in what is shared: a client with another patience would inherit this one.
        let sfn = Client::from_conf(Builder::from(&config).timeout_config(patience()).build());
        Ok(Self { sfn, config, format: options.output })
    }

    /// Lambda, for calls that are replied to at once; a function may take longer.
    pub(crate) fn lambda(&self) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::config::Builder::from(&self.config).timeout_config(patience());
        aws_sdk_lambda::Client::from_conf(config.build())
    }

    /// Who knows as whom AWS is asked.
    pub(crate) fn sts(&self) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(&self.config).timeout_config(patience());
        aws_sdk_sts::Client::from_conf(config.build())
    }
}

fn patience() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build()
}

/// The SDK would go on without a profile that is misspelt, and say that credentials or a region are missing.
#[expect(clippy::default_trait_access, reason = "the type is of a crate that nothing else needs")]
async fn is_there(profile: &str) -> Result<(), Error> {
    let profiles = profile::load(&Fs::real(), &Env::real(), &Default::default(), None).await;
    let profiles = profiles.map_err(|error| Error::Unreachable(format!("the files of the AWS CLI: {error}")))?;
    if profiles.get_profile(profile).is_some() {
        return Ok(());
    }
    let mut names: Vec<&str> = profiles.profiles().collect();
    names.sort_unstable();
    let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Err(Error::Unreachable(format!("there is no profile {profile} in the files of the AWS CLI; there are: {there}")))
}

/// The credentials of a profile that somebody has asked for: those of the environment, which the SDK prefers, are not meant.
fn credentials_of(profile: &str, region: Option<&Region>) -> SharedCredentialsProvider {
    let config = ProviderConfig::without_region().with_region(region.cloned());
    SharedCredentialsProvider::new(
        ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that asks for a task is to wait longer: its client begins with what all share.
    #[tokio::test]
    async fn a_reply_is_waited_for_a_while_but_for_calls_that_are_kept_open() {
        let region = Some("us-east-1".to_owned());
        let options = GlobalOptions { profile: None, region, endpoint_url: None, output: Format::Table };
        let session = Session::open(&options).await.unwrap();
        let patience = |timeouts: Option<&TimeoutConfig>| timeouts.and_then(TimeoutConfig::operation_attempt_timeout);
        for timeouts in [
            session.sfn.config().timeout_config(),
            session.lambda().config().timeout_config(),
            session.sts().config().timeout_config(),
        ] {
            assert_eq!(patience(timeouts), Some(PATIENCE));
        }
        assert_eq!(patience(session.config.timeout_config()), None);
    }
}
