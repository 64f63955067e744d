//! `history`: all that has happened in an execution.

mod document;
mod event;
mod fetch;
mod json;
mod places;
mod rows;
mod summary;

use std::io::{Write, stdout};

use clap::Args;

use crate::{
    arguments::Format,
    error::{Ended, Error},
    names,
    session::Session,
    terminal,
};
use document::Document;
pub(crate) use event::{Facts, ends_execution};
pub(crate) use fetch::{Events, events};
pub(crate) use json::write as write_json;
pub(crate) use places::{entry_of, follows, over_since, state_of, states};
pub(crate) use rows::shown;
use rows::{Row, rows};
pub(crate) use summary::Summary;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The execution, by its ARN or as MACHINE:NAME
    #[arg(value_name = "EXECUTION")]
    execution: String,
}

pub(crate) async fn run(arguments: Arguments, session: &Session) -> Result<Ended, Error> {
    let arn = names::execution(&session.sfn, &arguments.execution).await?;
    let events = events(&session.sfn, &arn).await?;
    write(&Summary::of_history(&arn, &events), &events, session.format, &mut stdout().lock())?;
    Ok(Ended::Well)
}

fn write(summary: &Summary, events: &Events, format: Format, out: &mut impl Write) -> Result<(), Error> {
    let rows = rows(events);
    if format == Format::Json {
        return write_json(&Document::of(summary, events, &rows), out);
    }
    summary.write(out)?;
    let mut table = terminal::table(["id", "since start", "type", "state", "detail"]);
    for Row { id, since, kind, state, detail } in rows {
        table.add_row([id.to_string(), since, kind, state.unwrap_or_default(), detail]);
    }
    writeln!(out, "\n{table}")?;
    Ok(())
}

#[cfg(test)]
mod tests;
