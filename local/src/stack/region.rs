//! The local AWS and the Lambda host that belongs to it.

use std::sync::Arc;

use anyhow::bail;

use super::RegionOptions;
use crate::host::LambdaHost;
use crate::local_aws::LocalAws;
use crate::transcript::Transcript;

/// What a region is to stacks: the services, and something that runs their functions.
///
/// Starting one takes seconds, deploying a stack in it much less, so tests share one. It lives in the tokio runtime that
/// started it: those who share it have to share that runtime too.
#[derive(Debug)]
pub struct LocalRegion {
    aws: LocalAws,
    host: Arc<LambdaHost>,
    transcript: Transcript,
}

impl LocalRegion {
    /// Starts the host, and then the local AWS, which has to know where functions run.
    ///
    /// # Errors
    /// If one of them can't be started.
    pub async fn start(options: RegionOptions) -> anyhow::Result<Self> {
        let host = Arc::new(LambdaHost::start().await?);
        let RegionOptions { python, port, long_poll, transcript } = options;
        let aws = LocalAws::start(&python, port, Some(host.url()), long_poll, &transcript).await?;
        Ok(Self { aws, host, transcript })
    }

    /// The services.
    #[must_use]
    pub fn aws(&self) -> &LocalAws {
        &self.aws
    }

    /// What runs the functions.
    #[must_use]
    pub fn host(&self) -> &Arc<LambdaHost> {
        &self.host
    }

    /// Where the output of the processes goes.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Stops all functions, and then the local AWS.
    ///
    /// # Errors
    /// If anything would not stop as it should; everything is tried nevertheless.
    pub async fn stop(&self) -> anyhow::Result<()> {
        let stopped = [self.host.stop().await, self.aws.stop().await];
        let problems: Vec<_> = stopped.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
        if !problems.is_empty() {
            bail!("{}", problems.join("; "));
        }
        Ok(())
    }
}
