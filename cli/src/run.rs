//! `run`: starts an execution.

use std::io::{Write, stderr, stdout};

use aws_sdk_sfn::{Client, operation::start_execution::StartExecutionError, types::StateMachineType};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    arguments::Format,
    error::{Ended, Error},
    follow::{self, Begun},
    input::Source,
    names::{self, NO_HISTORY},
    session::Session,
    times,
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The state machine, by its name, its ARN, or its logical id in a template
    #[arg(value_name = "MACHINE")]
    machine: String,
    /// The file with the input, as JSON; - is standard input [default: {}]
    #[arg(long, value_name = "FILE")]
    input: Option<Source>,
    /// The execution's name, which no other of the state machine may have [default: a random one]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Tell what happens, until the execution has ended
    #[arg(long)]
    follow: bool,
}

/// An execution that has begun.
struct Started {
    arn: String,
    /// Not known if the reply was lost that said so.
    at: Option<Timestamp>,
}

pub(crate) async fn run(arguments: Arguments, session: &Session) -> Result<Ended, Error> {
    let input = match &arguments.input {
        Some(source) => source.read_json()?.get().to_owned(),
        None => "{}".to_owned(),
    };
    let machine = names::state_machine(&session.sfn, &arguments.machine).await?;
    if arguments.follow {
        can_be_followed(&session.sfn, &machine).await?;
    }
    let started = start(&session.sfn, &machine, input, arguments.name).await?;
    match (session.format, arguments.follow) {
        (Format::Table, _) => writeln!(stdout(), "{}", started.arn)?,
        (Format::Json, false) => {
            let at = started.at.map(|at| at.to_string());
            writeln!(stdout(), "{:#}", json!({ "executionArn": started.arn, "startDate": at }))?;
        }
        // The one document comes at the end, and may never come.
        (Format::Json, true) => drop(writeln!(stderr(), "{}", started.arn)),
    }
    if !arguments.follow {
        return Ok(Ended::Well);
    }
    follow::follow(session, &started.arn, Begun::JustNow).await
}

/// Whoever may start a state machine need not be allowed to describe it: what is not known is tried.
///
/// # Errors
/// When it is known that there would be nothing to follow.
async fn can_be_followed(sfn: &Client, machine: &str) -> Result<(), Error> {
    match sfn.describe_state_machine().state_machine_arn(machine).send().await {
        Ok(described) if described.r#type == StateMachineType::Express => {
            Err(Error::usage(format!("{NO_HISTORY}; run it without --follow")))
        }
        _ => Ok(()),
    }
}

/// Starts an execution. It has a name from here, so that the SDK's second try of a call whose reply was lost starts nothing
/// twice, but for Express workflows.
async fn start(sfn: &Client, machine: &str, input: String, given: Option<String>) -> Result<Started, Error> {
    let name = given.clone().unwrap_or_else(|| format!("{:032x}", fastrand::u128(..)));
    let call = sfn.start_execution().state_machine_arn(machine).input(input).name(&name).send();
    let error = match call.await {
        Ok(started) => {
            return Ok(Started { at: Some(times::of_aws(&started.start_date)), arn: started.execution_arn });
        }
        Err(error) => error,
    };
    let is_taken = error.as_service_error().is_some_and(StartExecutionError::is_execution_already_exists);
    match given {
        Some(name) if is_taken => Err(Error::refused(format!(
            "there is an execution {name} already, which has another input or has ended: choose another --name"
        ))),
        // Nobody else has such a name: the reply to an earlier try was lost, and the execution has ended since.
        None if is_taken => Ok(Started { at: None, arn: names::execution_of(machine, &name) }),
        _ => Err(Error::of_call("StartExecution", &error)),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::{
        operation::{describe_state_machine::DescribeStateMachineOutput, start_execution::StartExecutionOutput},
        primitives::DateTime,
        types::error::ExecutionAlreadyExists,
    };
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;
    use crate::test_events::{EXECUTION, MACHINE};

    #[tokio::test]
    async fn an_execution_gets_its_input_to_the_letter_and_a_name() {
        let rule = mock!(Client::start_execution)
            .match_requests(|input| {
                let named = input.name().is_some_and(|name| name.len() == 32);
                input.state_machine_arn() == Some(MACHINE) && input.input() == Some(r#"{"amount":1.00}"#) && named
            })
            .then_output(|| {
                let started = StartExecutionOutput::builder().execution_arn(EXECUTION);
                started.start_date(DateTime::from_secs(0)).build().unwrap()
            });
        let sfn = mock_client!(aws_sdk_sfn, [&rule]);
        let started = start(&sfn, MACHINE, r#"{"amount":1.00}"#.to_owned(), None).await.unwrap();
        assert_eq!(started.arn, EXECUTION);
    }

    #[tokio::test]
    async fn a_name_that_is_taken_is_told() {
        let rule = mock!(Client::start_execution)
            .then_error(|| StartExecutionError::ExecutionAlreadyExists(ExecutionAlreadyExists::builder().build()));
        let sfn = mock_client!(aws_sdk_sfn, [&rule]);
        let refused = start(&sfn, MACHINE, "{}".to_owned(), Some("act-1".to_owned())).await.err().unwrap();
        assert!(refused.to_string().contains("choose another --name"), "{refused}");
    }

    #[tokio::test]
    async fn a_random_name_that_is_taken_is_our_own() {
        let rule = mock!(Client::start_execution)
            .then_error(|| StartExecutionError::ExecutionAlreadyExists(ExecutionAlreadyExists::builder().build()));
        let sfn = mock_client!(aws_sdk_sfn, [&rule]);
        let started = start(&sfn, &format!("{MACHINE}:prod"), "{}".to_owned(), None).await.unwrap();
        let (of, name) = started.arn.rsplit_once(':').unwrap();
        assert_eq!((of, name.len(), started.at), (EXECUTION.rsplit_once(':').unwrap().0, 32, None));
    }

    #[tokio::test]
    async fn what_cannot_be_followed_is_told_before_it_is_started() {
        let describe = |kind: StateMachineType| {
            mock!(Client::describe_state_machine).then_output(move || {
                let described = DescribeStateMachineOutput::builder().state_machine_arn(MACHINE).name("credit-check");
                let described = described.definition("{}").role_arn("role").creation_date(DateTime::from_secs(0));
                described.r#type(kind.clone()).build().unwrap()
            })
        };
        let (express, standard) = (describe(StateMachineType::Express), describe(StateMachineType::Standard));
        let refused = can_be_followed(&mock_client!(aws_sdk_sfn, [&express]), MACHINE).await.unwrap_err();
        assert!(matches!(refused, Error::Usage(_)) && refused.to_string().contains("without --follow"), "{refused}");
        can_be_followed(&mock_client!(aws_sdk_sfn, [&standard]), MACHINE).await.unwrap();
    }
}
