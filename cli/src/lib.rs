#![doc = include_str!("../README.md")]

mod activity;
mod answering;
mod arguments;
mod callbacks;
mod completions;
mod error;
mod follow;
mod graph;
mod history;
mod input;
mod names;
mod redacted;
mod run;
mod session;
mod terminal;
#[cfg(test)]
mod test_events;
mod times;
mod token;

use std::{
    io::{self, Write},
    process::ExitCode,
};

pub use arguments::Arguments;
use arguments::Command;
use error::{Ended, Error};
use session::Session;

/// Runs a command, and says how it ended: see the README for the exit codes.
pub async fn run(arguments: Arguments) -> ExitCode {
    match Box::pin(dispatch(arguments)).await {
        Ok(ended) => ended.into(),
        Err(Error::NobodyReads) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_reads_it = writeln!(io::stderr(), "error: {error}");
            error.into()
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<Ended, Error> {
    let Arguments { global, command } = arguments;
    match command {
        Command::Run(arguments) => run::run(arguments, &Session::open(&global).await?).await,
        Command::Follow(arguments) => follow::run(arguments, &Session::open(&global).await?).await,
        Command::Graph(arguments) => graph::run(arguments, &global).await,
        Command::Activity(command) => activity::run(command, &Session::open(&global).await?).await,
        Command::Callbacks(arguments) => callbacks::run(arguments, &Session::open(&global).await?).await,
        Command::Completions { shell } => completions::run(shell),
        Command::History(arguments) => history::run(arguments, &Session::open(&global).await?).await,
        Command::Token(command) => token::run(command, &Session::open(&global).await?).await,
    }
}
