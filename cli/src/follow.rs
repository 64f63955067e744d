//! `follow`: what happens in an execution, told while it does.

mod pace;
mod story;
mod view;

use std::{
    io::{Write, stderr, stdout},
    time::Duration,
};

use aws_sdk_sfn::{Client, types::ExecutionStatus};
use callback_bridge::Backoff;
use clap::Args;
use pace::Pace;
use story::Story;
use tokio::{signal, time::sleep};
use view::View;

use crate::{
    arguments::Format,
    error::{Ended, Error},
    history::{Events, Summary, write_json},
    names,
    session::Session,
};

/// How often an execution that was just started may be unknown: reading follows writing with a delay.
const UNKNOWN: u32 = 5;
/// How long it is waited before Step Functions, which did not reply, is asked again.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The execution, by its ARN or as MACHINE:NAME
    #[arg(value_name = "EXECUTION")]
    execution: String,
}

pub(crate) async fn run(arguments: Arguments, session: &Session) -> Result<Ended, Error> {
    let arn = names::execution(&session.sfn, &arguments.execution).await?;
    follow(session, &arn, Begun::Before).await
}

/// When an execution began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    /// By this command, so that those who are asked may not know of it yet.
    JustNow,
    /// At some time, if there is such an execution.
    Before,
}

/// Tells what happens in an execution, until it has ended or somebody presses Ctrl-C.
///
/// # Errors
/// When Step Functions does not tell any more. The execution goes on without us.
pub(crate) async fn follow(session: &Session, execution: &str, begun: Begun) -> Result<Ended, Error> {
    match tell(session, execution, begun).await {
        Err(Error::NobodyReads) => Ok(Ended::NotReadOn),
        told => told,
    }
}

async fn tell(session: &Session, execution: &str, begun: Begun) -> Result<Ended, Error> {
    let mut view = View::new(session.format);
    let mut events = Events::default();
    let ended = tokio::select! {
        ended = until_ended(&session.sfn, execution, begun, &mut events, &mut view) => Some(ended),
        Ok(()) = signal::ctrl_c() => None,
    };
    view.close();
    let goes_on = format!("the execution goes on; follow it again: callback-bridge follow {execution}");
    match ended {
        Some(Ok(())) => finish(&Summary::of_history(execution, &events), session.format, &mut stdout()),
        Some(Err(error)) if is_there(begun, &events) => Err(error.and(&goes_on)),
        Some(Err(error)) => Err(error),
        None => {
            let _nobody_reads_it = writeln!(stderr(), "{goes_on}");
            if session.format == Format::Json && is_there(Begun::Before, &events) {
                write_json(&Summary::of_history(execution, &events).to_json(), &mut stdout())?;
            }
            Ok(Ended::Interrupted)
        }
    }
}

/// Whether it is known that there is such an execution.
fn is_there(begun: Begun, events: &Events) -> bool {
    begun == Begun::JustNow || !events.as_slice().is_empty()
}

/// Reads and tells until the execution has ended.
async fn until_ended(
    sfn: &Client,
    execution: &str,
    begun: Begun,
    events: &mut Events,
    view: &mut View,
) -> Result<(), Error> {
    let (mut story, mut pace) = (Story::default(), Pace::default());
    let (mut unknown, mut failed) = (0, 0);
    loop {
        let wait: Duration = match events.read_on(sfn, execution).await {
            Ok(new) => {
                failed = 0;
                for line in story.tell(events) {
                    view.tell(&line)?;
                }
                view.show(story.waits());
                if events.have_ended() {
                    return Ok(());
                }
                pace.next(new > 0)
            }
            Err(Error::NotThere(_)) if begun == Begun::JustNow && unknown < UNKNOWN => {
                unknown += 1;
                pace.next(false)
            }
            Err(error @ Error::Unreachable(_)) if is_there(begun, events) => {
                if failed == 0 {
                    view.tell(&format!("nothing new, for now: {error}"))?;
                }
                failed += 1;
                BACKOFF.random_wait(failed)
            }
            Err(error) => return Err(error),
        };
        if !view.is_read() {
            return Err(Error::NobodyReads);
        }
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
        Format::Json => write_json(&summary.to_json(), out)?,
    }
    Ok(if summary.status == ExecutionStatus::Succeeded { Ended::Well } else { Ended::NotSucceeded })
}

#[cfg(test)]
mod tests;
