//! `run`: starts an execution.

use std::io::{Write, stdout};

use aws_sdk_sfn::{Client, operation::start_execution::StartExecutionError};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    arguments::Format,
    error::{Ended, Error},
    follow,
    input::Source,
    names,
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
    at: Timestamp,
}

pub(crate) async fn run(arguments: Arguments, session: &Session) -> Result<Ended, Error> {
    let input = match &arguments.input {
        Some(source) => source.read_json()?.get().to_owned(),
        None => "{}".to_owned(),
    };
    let machine = names::state_machine(&session.sfn, &arguments.machine).await?;
    let started = start(&session.sfn, &machine, input, arguments.name).await?;
    match (session.format, arguments.follow) {
        (Format::Table, _) => writeln!(stdout(), "{}", started.arn)?,
        (Format::Json, false) => {
            writeln!(stdout(), "{:#}", json!({ "executionArn": started.arn, "startDate": started.at.to_string() }))?;
        }
        (Format::Json, true) => {} // the one document comes at the end
    }
    if !arguments.follow {
        return Ok(Ended::Well);
    }
    follow::follow(session, &started.arn).await
}

/// Starts an execution. It has a name from here, so that the SDK's second try of a call whose reply was lost starts nothing
/// twice.
async fn start(sfn: &Client, machine: &str, input: String, name: Option<String>) -> Result<Started, Error> {
    let name = name.unwrap_or_else(|| format!("{:032x}", fastrand::u128(..)));
    let call = sfn.start_execution().state_machine_arn(machine).input(input).name(&name).send();
    let started = call.await.map_err(|error| {
        let taken = error.as_service_error().is_some_and(StartExecutionError::is_execution_already_exists);
        if taken {
            let reason = format!("there was an execution {name} already, with another input: choose another --name");
            return Error::refused(reason);
        }
        Error::of_call("StartExecution", &error)
    })?;
    Ok(Started { at: times::of_aws(&started.start_date), arn: started.execution_arn })
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::{
        operation::start_execution::StartExecutionOutput, primitives::DateTime, types::error::ExecutionAlreadyExists,
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
}
