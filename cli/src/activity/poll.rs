//! Asking an activity for tasks: GetActivityTask.

use std::time::Duration;

use aws_config::{SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig, timeout::TimeoutConfig};
use aws_sdk_sfn::{Client, config::Builder};
use callback_bridge::TaskToken;

use crate::error::Error;

/// Step Functions keeps a call open for a minute, and wants its callers to have more patience than that.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html>
const PATIENCE: Duration = Duration::from_secs(75);

/// Where tasks come from.
pub(super) trait Tasks {
    /// The next task, if one comes within a minute. Whoever stops waiting may lose one.
    async fn next(&self) -> Result<Option<ActivityTask>, Error>;
}

/// A task of an activity. There is no `Debug`: an input is for its command only.
pub(super) struct ActivityTask {
    pub(super) token: TaskToken,
    pub(super) input: String,
}

/// An activity of Step Functions.
pub(super) struct Activity {
    sfn: Client,
    arn: String,
    worker: Option<String>,
}

impl Activity {
    /// With a client of its own, which waits longer than others.
    pub(super) fn new(config: &SdkConfig, arn: String, worker: Option<String>) -> Self {
        let timeouts = TimeoutConfig::builder().read_timeout(PATIENCE).build();
        let config = Builder::from(config).timeout_config(timeouts);
        // A reply that does not come is what a long poll is made of.
        let config = config.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        Self { sfn: Client::from_conf(config.build()), arn, worker }
    }
}

impl Tasks for Activity {
    async fn next(&self) -> Result<Option<ActivityTask>, Error> {
        let call = self.sfn.get_activity_task().activity_arn(&self.arn).set_worker_name(self.worker.clone());
        let reply = call.send().await.map_err(|error| Error::of_call("GetActivityTask", &error))?;
        let Some(token) = reply.task_token.filter(|token| !token.is_empty()) else { return Ok(None) };
        let token = TaskToken::new(token).map_err(|error| Error::refused(format!("GetActivityTask: {error}")))?;
        Ok(Some(ActivityTask { token, input: reply.input.unwrap_or_default() }))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::operation::get_activity_task::GetActivityTaskOutput;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;

    #[tokio::test]
    async fn a_poll_brings_a_task_or_nothing() {
        let rule = mock!(Client::get_activity_task)
            .match_requests(|input| input.activity_arn() == Some("arn") && input.worker_name() == Some("carol"))
            .sequence()
            .output(|| GetActivityTaskOutput::builder().build())
            .output(|| GetActivityTaskOutput::builder().task_token("AQCU").input("{}").build())
            .build();
        let sfn = mock_client!(aws_sdk_sfn, RuleMode::Sequential, [&rule]);
        let activity = Activity { sfn, arn: "arn".to_owned(), worker: Some("carol".to_owned()) };
        assert!(activity.next().await.unwrap().is_none());
        let task = activity.next().await.unwrap().unwrap();
        assert_eq!((task.token.expose(), &*task.input), ("AQCU", "{}"));
    }
}
