//! `follow`: what happens in an execution, told while it does.

mod pace;
mod story;
mod view;

use std::{
    io::{Write, stderr, stdout},
    time::Duration,
};

use aws_sdk_sfn::{Client, types::ExecutionStatus};
use clap::Args;
use pace::Pace;
use serde_json::Value;
use story::Story;
use tokio::{signal, time::sleep};
use view::View;

use crate::{
    arguments::Format,
    error::{Ended, Error},
    history::{Events, Summary},
    names,
    session::Session,
};

/// How often an execution that was just started may be unknown: reading follows writing with a delay.
const UNKNOWN: u32 = 5;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The execution, by its ARN or as MACHINE:NAME
    #[arg(value_name = "EXECUTION")]
    execution: String,
}

pub(crate) async fn run(arguments: Arguments, session: &Session) -> Result<Ended, Error> {
    let arn = names::execution(&session.sfn, &arguments.execution).await?;
    follow(session, &arn).await
}

/// Tells what happens in an execution, until it has ended or somebody presses Ctrl-C.
///
/// # Errors
/// When Step Functions does not tell any more. The execution goes on without us.
pub(crate) async fn follow(session: &Session, execution: &str) -> Result<Ended, Error> {
    let mut view = View::new(session.format);
    let ended = tokio::select! {
        ended = until_ended(&session.sfn, execution, &mut view) => ended,
        Ok(()) = signal::ctrl_c() => {
            view.close();
            writeln!(stderr(), "the execution goes on; follow it again: callback-bridge follow {execution}")?;
            return Ok(Ended::Interrupted);
        }
    };
    view.close();
    finish(&ended?, session.format, &mut stdout())
}

/// Reads and tells until the execution has ended.
async fn until_ended(sfn: &Client, execution: &str, view: &mut View) -> Result<Summary, Error> {
    let (mut events, mut story, mut pace) = (Events::default(), Story::default(), Pace::default());
    let mut unknown = 0;
    loop {
        let new = match events.read_on(sfn, execution).await {
            Err(Error::Refused(_)) if events.as_slice().is_empty() && unknown < UNKNOWN => {
                unknown += 1;
                0
            }
            new => new?,
        };
        for line in story.tell(&events) {
            view.tell(&line)?;
        }
        view.show(story.waits());
        if events.have_ended() {
            return Ok(Summary::of_history(execution, &events));
        }
        let wait: Duration = pace.next(new > 0);
        sleep(wait).await;
    }
}

/// Says how the execution ended.
fn finish(summary: &Summary, format: Format, out: &mut impl Write) -> Result<Ended, Error> {
    match format {
        Format::Table => {
            writeln!(out)?;
            summary.write(out)?;
        }
        Format::Json => writeln!(out, "{:#}", Value::Object(summary.to_json()))?,
    }
    Ok(if summary.status == ExecutionStatus::Succeeded { Ended::Well } else { Ended::NotSucceeded })
}

#[cfg(test)]
mod tests;
