//! `graph`: a state machine, drawn.

mod condition;
mod definition;
mod layout;
mod mermaid;
mod shown;
mod svg;
mod visits;

use std::{
    io::{Write, stderr, stdout},
    path::Path,
};

use aws_sdk_sfn::Client;
use clap::{Args, ValueEnum};
use definition::{Machine, State};
use visits::Visits;

use crate::{
    arguments::GlobalOptions,
    error::{Ended, Error},
    history::events,
    input::Source,
    names,
    session::Session,
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A file with a definition, which may have substitutions as in ${Name}, - is standard input; or a state machine; or an execution, by its ARN
    /// or as MACHINE:NAME, whose way is marked
    #[arg(value_name = "FILE|MACHINE|EXECUTION")]
    of: String,
    /// What is drawn
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: Drawing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Drawing {
    /// A text that Markdown pages show as a flowchart
    Mermaid,
    /// A picture of its own
    Svg,
}

/// AWS is asked only for what is no file.
pub(crate) async fn run(arguments: Arguments, global: &GlobalOptions) -> Result<Ended, Error> {
    let Arguments { of, format } = arguments;
    let (definition, visits) = match file(&of) {
        Some(file) => (file.read()?, Visits::default()),
        None => of_aws(&Session::open(global).await?.sfn, &of).await?,
    };
    let machine = Machine::read(&definition).map_err(|error| Error::usage(format!("{of}: {error}")))?;
    let drawn = draw(&machine, &visits, format);
    write!(stdout(), "{drawn}")?;
    if format == Drawing::Mermaid && mermaid::is_too_large(&drawn) {
        let warning = "warning: this is more than GitHub shows of Mermaid: --format svg is a picture of any size";
        let _nobody_reads_it = writeln!(stderr(), "{warning}");
    }
    Ok(Ended::Well)
}

/// The file that is meant, if one is: standard input, what is there, and what is called like a file.
fn file(of: &str) -> Option<Source> {
    let is_called_so = of == "-" || of.contains('/') || Path::new(of).extension().is_some_and(|end| end == "json");
    (!names::is_arn(of) && (is_called_so || Path::new(of).is_file())).then(|| Source::of(of))
}

/// The definition of a state machine; that of an execution is the one that it runs by, which may have been changed since.
async fn of_aws(sfn: &Client, of: &str) -> Result<(String, Visits), Error> {
    if names::is_execution_arn(of) || (!names::is_arn(of) && of.contains(':')) {
        let execution = names::execution(sfn, of).await?;
        let call = sfn.describe_state_machine_for_execution().execution_arn(&execution).send().await;
        let described = call.map_err(|error| Error::of_call("DescribeStateMachineForExecution", &error))?;
        return Ok((described.definition, Visits::of(&events(sfn, &execution).await?)));
    }
    let machine = names::state_machine(sfn, of).await?;
    let described = sfn.describe_state_machine().state_machine_arn(machine).send().await;
    let described = described.map_err(|error| Error::of_call("DescribeStateMachine", &error))?;
    Ok((described.definition, Visits::default()))
}

fn draw(machine: &Machine, visits: &Visits, format: Drawing) -> String {
    match format {
        Drawing::Mermaid => mermaid::draw(machine, visits),
        Drawing::Svg => svg::draw(machine, visits),
    }
}

#[cfg(test)]
mod tests;
