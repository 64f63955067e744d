//! The entry point of a worker function.

mod event;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use callback_bridge::{RuntimeSettings, Unanswered, Unreturnable, Worker, WorkerRuntime};
use event::Event;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};

use crate::{
    Error, Lambda, SqsQueues,
    config::{ConfigError, Variables},
    lambda::invocation,
};

/// Runs `worker` on the messages that Lambda hands to this function: those of queues, and those that the function is invoked
/// with themselves.
///
/// # Errors
/// When the configuration is wrong, or the Lambda Runtime API is out of reach.
pub async fn run(worker: impl Worker) -> Result<(), Error> {
    Lambda::start().await.serve(worker).await
}

impl Lambda {
    /// Runs `worker` on the messages that Lambda hands to this function: those of queues, and those that the function is
    /// invoked with themselves. The response to the latter is `null`.
    ///
    /// # Errors
    /// When an environment variable of the runtime is wrong, which is named, or the Lambda Runtime API is out of reach.
    pub async fn serve(self, worker: impl Worker) -> Result<(), Error> {
        let settings = settings(self.variables())?;
        let (callbacks, queues) = (self.step_functions()?, SqsQueues::new(self.aws_config()));
        let runtime = Arc::new(WorkerRuntime::new(worker, callbacks, queues, settings));
        let function = service_fn(move |event: LambdaEvent<Event>| {
            let (runtime, lambda) = (Arc::clone(&runtime), self.clone());
            async move {
                let invocation = invocation(&event.context);
                let work = async {
                    match event.payload {
                        Event::Batch(batch) => runtime.handle(batch, invocation).await.map(Some).map_err(whole_batch),
                        Event::Message(message) => {
                            runtime.handle_one(&message, invocation).await.map(|()| None).map_err(one_message)
                        }
                    }
                };
                lambda.during(&event.context, work).await
            }
        });
        Runtime::new(function).run().await.map_err(Error::new)
    }
}

fn whole_batch(error: Unreturnable) -> Diagnostic {
    Diagnostic { error_type: "Bridge.Unreturnable".to_owned(), error_message: error.to_string() }
}

fn one_message(unanswered: Unanswered) -> Diagnostic {
    Diagnostic { error_type: unanswered.name().to_owned(), error_message: unanswered.to_string() }
}

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
