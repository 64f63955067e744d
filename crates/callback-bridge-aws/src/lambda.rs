//! The entry point of a worker function.

use std::{
    io,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_lambda_events::event::sqs::SqsEvent;
use callback_bridge::{Invocation, RuntimeSettings, Unreturnable, Worker, WorkerRuntime};
use lambda_runtime::{Context, Diagnostic, LambdaEvent, Runtime, service_fn};
use tokio::time::Instant;
use tracing::{Instrument, error_span, warn};

use crate::{
    Error, SqsQueues, StepFunctions,
    config::{ConfigError, Variables},
    logging,
    metrics::Metrics,
};

/// Runs `worker` on the messages that Lambda hands to this function.
///
/// # Errors
/// When the configuration is wrong, or the Lambda Runtime API is out of reach.
pub async fn run(worker: impl Worker) -> Result<(), Error> {
    Lambda::start().await?.serve(worker).await
}

/// A function that has started: logs and metrics are on, and the configuration is read. For workers that need something of both.
#[derive(Debug, Clone)]
pub struct Lambda {
    variables: Variables,
    settings: RuntimeSettings,
    aws: SdkConfig,
    metrics: Metrics,
}

impl Lambda {
    /// Starts logging and counting, reads the configuration, and loads what the AWS SDK needs.
    ///
    /// # Errors
    /// When an environment variable of the runtime is wrong; it is named.
    pub async fn start() -> Result<Self, ConfigError> {
        let variables = Variables::of_process();
        logging::init(&variables);
        let metrics = Metrics::init(&variables);
        let settings = settings(&variables)?;
        let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
        Ok(Self { variables, settings, aws, metrics })
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

    /// Runs `worker` on the messages that Lambda hands to this function.
    ///
    /// # Errors
    /// When the Lambda Runtime API is out of reach.
    pub async fn serve(self, worker: impl Worker) -> Result<(), Error> {
        let (callbacks, queues) = (StepFunctions::new(&self.aws), SqsQueues::new(&self.aws));
        let runtime = Arc::new(WorkerRuntime::new(worker, callbacks, queues, self.settings));
        let function = service_fn(move |event: LambdaEvent<SqsEvent>| {
            let runtime = Arc::clone(&runtime);
            let span = error_span!("invocation", requestId = event.context.request_id);
            let invocation = invocation(&event.context);
            let metrics = self.metrics.clone();
            async move {
                // Lambda freezes the process once it has the response.
                let _before_the_response = metrics.print_at_end(io::stdout());
                runtime.handle(event.payload, invocation).await.map_err(whole_batch)
            }
            .instrument(span)
        });
        Runtime::new(function).run().await.map_err(Error::new)
    }
}

fn whole_batch(error: Unreturnable) -> Diagnostic {
    Diagnostic { error_type: "Bridge.Unreturnable".to_owned(), error_message: error.to_string() }
}

/// Lambda gives the end of an invocation as a time of day. `cargo lambda` gives one long past: then it has a minute.
#[expect(clippy::disallowed_methods, reason = "the time of day is asked for here, once, at the edge")]
fn invocation(context: &Context) -> Invocation {
    let received_at = SystemTime::now();
    let time_left = context.deadline().duration_since(received_at).unwrap_or_else(|_past| {
        warn!("the invocation has no deadline that could be kept; it is given {} s", WITHOUT_DEADLINE.as_secs());
        WITHOUT_DEADLINE
    });
    Invocation { received_at, ends: Instant::now() + time_left }
}

const WITHOUT_DEADLINE: Duration = Duration::from_mins(1);

fn settings(variables: &Variables) -> Result<RuntimeSettings, ConfigError> {
    let mut settings = RuntimeSettings::default();
    if let Some(max_receives) = variables.optional::<NonZeroU32>("BRIDGE_MAX_RECEIVES")? {
        settings.max_receives = max_receives;
    }
    settings.heartbeat = variables
        .optional::<NonZeroU32>("BRIDGE_HEARTBEAT_SECONDS")?
        .map(|seconds| Duration::from_secs(seconds.get().into()));
    settings.terminal_queue_url = terminal_queue_url(variables)?;
    settings.token_pointer = variables.optional::<String>("BRIDGE_TOKEN_POINTER")?;
    match &settings.token_pointer {
        Some(pointer) if !pointer.starts_with('/') => Err(ConfigError::Invalid {
            name: "BRIDGE_TOKEN_POINTER",
            problem: "it must be a JSON Pointer, which starts with a slash, as in /meta/token".to_owned(),
        }),
        _ => Ok(settings),
    }
}

#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "it is no file, and SQS knows lower case only")]
fn terminal_queue_url(variables: &Variables) -> Result<Option<String>, ConfigError> {
    let name = "BRIDGE_TERMINAL_QUEUE_URL";
    let url = variables.optional::<String>(name)?;
    let problem = match url.as_deref() {
        Some(url) if !(url.starts_with("https://") || url.starts_with("http://")) => "it must be the URL of a queue",
        Some(url) if url.ends_with(".fifo") => "it must be a standard queue, which takes messages of every origin",
        _ => return Ok(url),
    };
    Err(ConfigError::Invalid { name, problem: problem.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_set_by_the_environment() {
        let none = settings(&Variables::default()).unwrap();
        assert_eq!(none, RuntimeSettings::default());
        let all = [
            ("BRIDGE_MAX_RECEIVES", "3"),
            ("BRIDGE_TOKEN_POINTER", "/meta/token"),
            ("BRIDGE_HEARTBEAT_SECONDS", "600"),
            ("BRIDGE_TERMINAL_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/terminal"),
        ];
        let set = settings(&all.into_iter().collect()).unwrap();
        assert_eq!((set.max_receives.get(), set.token_pointer.as_deref()), (3, Some("/meta/token")));
        assert_eq!(set.heartbeat, Some(Duration::from_mins(10)));
        assert!(set.terminal_queue_url.unwrap().ends_with("/terminal"));
    }

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

    #[test]
    fn a_wrong_setting_names_itself() {
        for (name, value) in [
            ("BRIDGE_MAX_RECEIVES", "0"),
            ("BRIDGE_HEARTBEAT_SECONDS", "0"),
            ("BRIDGE_TERMINAL_QUEUE_URL", "arn:aws:sqs:us-east-1:123456789012:terminal"),
            ("BRIDGE_TERMINAL_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/terminal.fifo"),
            ("BRIDGE_TOKEN_POINTER", "meta.token"),
        ] {
            let error = settings(&[(name, value)].into_iter().collect()).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
