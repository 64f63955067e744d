//! The configuration of the function.

use std::{num::NonZeroUsize, time::Duration};

use callback_bridge_aws::{
    QueueArn,
    config::{ConfigError, Variables},
};

/// How tasks are forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How many polls are open at the same time.
    pub open_polls: NonZeroUsize,
    /// The `HeartbeatSeconds` of the states of the activity, which messages repeat. Without it, they say nothing of heartbeats.
    pub heartbeat: Option<Duration>,
}

/// What the function is told by its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `BRIDGE_ACTIVITY_ARN`: whose tasks are forwarded.
    pub activity_arn: String,
    /// `BRIDGE_TASK_QUEUE_ARN`: where they are sent.
    pub queue: QueueArn,
    /// `BRIDGE_OPEN_POLLS` and `BRIDGE_ACTIVITY_HEARTBEAT_SECONDS`.
    pub settings: Settings,
}

/// How many polls are open unless it is said.
const OPEN_POLLS: NonZeroUsize = const { NonZeroUsize::new(100).expect("100 is not 0") };
/// The longest `HeartbeatSeconds` of a state.
const MOST_SECONDS: u64 = 99_999_999;

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or wrong; the error names it.
    pub fn read(variables: &Variables) -> Result<Self, ConfigError> {
        let settings = Settings {
            open_polls: variables.optional("BRIDGE_OPEN_POLLS")?.unwrap_or(OPEN_POLLS),
            heartbeat: heartbeat(variables)?,
        };
        Ok(Self {
            activity_arn: activity_arn(variables)?,
            queue: variables.required("BRIDGE_TASK_QUEUE_ARN")?,
            settings,
        })
    }
}

fn heartbeat(variables: &Variables) -> Result<Option<Duration>, ConfigError> {
    let name = "BRIDGE_ACTIVITY_HEARTBEAT_SECONDS";
    match variables.optional::<u64>(name)? {
        None => Ok(None),
        Some(seconds @ 1..=MOST_SECONDS) => Ok(Some(Duration::from_secs(seconds))),
        Some(_) => Err(ConfigError::Invalid { name, problem: format!("it must be from 1 to {MOST_SECONDS}") }),
    }
}

fn activity_arn(variables: &Variables) -> Result<String, ConfigError> {
    let name = "BRIDGE_ACTIVITY_ARN";
    let arn: String = variables.required(name)?;
    if let ["arn", _, "states", _, _, "activity", _] = arn.split(':').collect::<Vec<_>>()[..] {
        return Ok(arn);
    }
    let example = "arn:aws:states:us-east-1:123456789012:activity:credit-check";
    Err(ConfigError::Invalid { name, problem: format!("it must be the ARN of an activity, as in {example}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIVITY: (&str, &str) =
        ("BRIDGE_ACTIVITY_ARN", "arn:aws:states:us-east-1:123456789012:activity:credit-check");
    const QUEUE: (&str, &str) = ("BRIDGE_TASK_QUEUE_ARN", "arn:aws:sqs:us-east-1:123456789012:tasks");

    fn read(variables: impl IntoIterator<Item = (&'static str, &'static str)>) -> Result<Config, ConfigError> {
        Config::read(&[ACTIVITY, QUEUE].into_iter().chain(variables).collect())
    }

    #[test]
    fn the_function_is_told_by_its_environment() {
        let config = read([]).unwrap();
        assert_eq!((config.activity_arn.as_str(), config.settings.heartbeat), (ACTIVITY.1, None));
        assert_eq!(config.settings.open_polls.get(), 100);
        let settings = read([("BRIDGE_OPEN_POLLS", "3"), ("BRIDGE_ACTIVITY_HEARTBEAT_SECONDS", "300")]);
        let Settings { open_polls, heartbeat } = settings.unwrap().settings;
        assert_eq!((open_polls.get(), heartbeat), (3, Some(Duration::from_mins(5))));
    }

    #[test]
    fn a_wrong_variable_names_itself() {
        for (name, value) in [
            ("BRIDGE_ACTIVITY_ARN", "credit-check"),
            ("BRIDGE_ACTIVITY_ARN", "arn:aws:states:us-east-1:123456789012:stateMachine:credit-check"),
            ("BRIDGE_TASK_QUEUE_ARN", "arn:aws:sqs:us-east-1:123456789012:tasks.fifo"),
            ("BRIDGE_OPEN_POLLS", "0"),
            ("BRIDGE_ACTIVITY_HEARTBEAT_SECONDS", "0"),
            ("BRIDGE_ACTIVITY_HEARTBEAT_SECONDS", "100000000"),
        ] {
            let error = read([(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
