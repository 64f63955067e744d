//! `activity`: a command works on the tasks of an activity.

mod command;
mod outlet;
mod report;
mod result;
mod starting;
mod stop;
mod work;

use std::{io, num::NonZeroUsize, time::Duration};

use callback_bridge_aws::{Activity, CallbackRoles, StepFunctions};
use clap::{Args, Subcommand};
use command::CommandLine;
use report::Report;
use stop::Stopping;
use work::Worker;

use crate::{
    error::{Ended, Error},
    names,
    session::Session,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a command for each task of an activity, until Ctrl-C
    ///
    /// The command gets the task's input on standard input. What it prints is the output: JSON as it is, anything else as a
    /// text. If it exits with a code other than 0, the task fails with the error Command.Exit and the code, as in
    /// `Command.Exit3`, and the end of what it printed on standard error as the cause.
    ///
    /// The first Ctrl-C, SIGTERM, SIGHUP or SIGQUIT lets end what has begun: the open calls for tasks, up to 70 seconds, because
    /// a task may be on its way, the commands of tasks that they bring, and all that run, for as long as they take; the second
    /// kills the commands and fails their tasks with `Command.Stopped`; the third leaves at once.
    Work(Work),
}

#[derive(Debug, Args)]
pub(crate) struct Work {
    /// The activity, by its ARN or name
    #[arg(long, value_name = "ARN")]
    arn: String,
    /// How many tasks are worked on at the same time
    #[arg(long, value_name = "N", default_value = "1")]
    concurrency: NonZeroUsize,
    /// Send a heartbeat every so many seconds while the command runs: a third of the state's HeartbeatSeconds, say. It is
    /// also how the worker hears that nobody waits any more, and kills the command
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    heartbeat: Option<u64>,
    /// The name of this worker, which the history of an execution shows
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) async fn run(Command::Work(work): Command, session: &Session) -> Result<Ended, Error> {
    let command = CommandLine::new(work.command)?;
    let arn = names::activity(&session.sfn, &work.arn).await?;
    let stopping = Stopping::on_signals()?;
    let report = Report::new(session.format, io::stdout(), io::stderr());
    report.begins(&arn);
    let worker = Worker {
        tasks: Activity::new(&session.config, arn, work.worker),
        callbacks: StepFunctions::new(&session.config, CallbackRoles::default(), "callback-bridge-cli"),
        command,
        heartbeat: work.heartbeat.map(Duration::from_secs),
        stopping: stopping.clone(),
        report,
    };
    let ended = tokio::select! {
        ended = worker.work(work.concurrency) => ended,
        () = stopping.at_once() => Ok(Ended::Interrupted),
    };
    worker.report.end().await;
    ended
}
