//! A Lambda function that has started.

use std::{
    io,
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, SdkConfig};
use callback_bridge::Invocation;
use lambda_runtime::Context;
use tokio::time::Instant;
use tracing::{Instrument, error_span, warn};

use crate::{config::Variables, logging, metrics::Metrics};

/// A function that has started: logs and metrics are on, and the AWS SDK is configured.
#[derive(Debug, Clone)]
pub struct Lambda {
    variables: Variables,
    aws: SdkConfig,
    metrics: Metrics,
}

impl Lambda {
    /// Starts logging and counting, and loads what the AWS SDK needs.
    pub async fn start() -> Self {
        let variables = Variables::of_process();
        logging::init(&variables);
        let metrics = Metrics::init(&variables);
        let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
        Self { variables, aws, metrics }
    }

    /// The environment variables of the function.
    #[must_use]
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    /// Region, credentials and HTTP client, for clients of the AWS SDK.
    #[must_use]
    pub fn aws_config(&self) -> &SdkConfig {
        &self.aws
    }

    /// Step Functions, for answers to tasks: those of other accounts by the roles in `BRIDGE_CALLBACK_ROLE_ARNS`, in whose
    /// trails the sessions have the name of this function.
    ///
    /// # Errors
    /// When that variable is wrong; the error names it.
    #[cfg(feature = "step-functions")]
    pub fn step_functions(&self) -> Result<crate::StepFunctions, crate::config::ConfigError> {
        let roles = crate::CallbackRoles::read(&self.variables)?;
        let name = self.variables.optional::<String>("AWS_LAMBDA_FUNCTION_NAME")?;
        Ok(crate::StepFunctions::new(&self.aws, roles, name.as_deref().unwrap_or("callback-bridge")))
    }

    /// Does the work of one invocation: its log lines have the request id, and its metrics are printed when it ends, however
    /// it ends. Lambda freezes the process once it has the response.
    pub async fn during<T>(&self, context: &Context, work: impl Future<Output = T>) -> T {
        let span = error_span!("invocation", requestId = context.request_id);
        let _before_the_response = self.metrics.print_at_end(io::stdout());
        work.instrument(span).await
    }
}

/// When an invocation takes place. Lambda gives its end as a time of day. `cargo lambda` gives one long past: then it has a
/// minute.
#[expect(clippy::disallowed_methods, reason = "the time of day is asked for here, once, at the edge")]
#[must_use]
pub fn invocation(context: &Context) -> Invocation {
    let received_at = SystemTime::now();
    let time_left = context.deadline().duration_since(received_at).unwrap_or_else(|_past| {
        warn!("the invocation has no deadline that could be kept; it is given {} s", WITHOUT_DEADLINE.as_secs());
        WITHOUT_DEADLINE
    });
    Invocation { received_at, ends: Instant::now() + time_left }
}

const WITHOUT_DEADLINE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_kept_and_one_long_past_is_not() {
        let ending_at = |time: SystemTime| {
            let mut context = Context::default();
            let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
            context.deadline = u64::try_from(since_1970.as_millis()).unwrap();
            let invocation = invocation(&context);
            invocation.ends - Instant::now()
        };
        let received_at = invocation(&Context::default()).received_at;
        let in_a_quarter = ending_at(received_at + Duration::from_mins(15));
        assert!(in_a_quarter > Duration::from_mins(14) && in_a_quarter <= Duration::from_mins(15));
        let of_cargo_lambda = ending_at(SystemTime::UNIX_EPOCH + Duration::from_mins(10));
        assert!(of_cargo_lambda > Duration::from_secs(50) && of_cargo_lambda <= WITHOUT_DEADLINE);
    }
}
