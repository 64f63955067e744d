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
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use arguments::{Arguments, Command, Format};
use clap::Parser;
use error::{Ended, Error};
use session::Session;

/// Runs the command that these words say, of which the first is the program, and says how it ended: see the README for the
/// exit codes.
pub async fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(said) => return not_understood(&said),
    };
    match Box::pin(dispatch(arguments)).await {
        Ok(ended) => ended.into(),
        Err(Error::NobodyReads) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_reads_it =
                writeln!(io::stderr(), "error: {}", terminal::printable(&redacted::text(&error.to_string())));
            error.into()
        }
    }
}

/// Help, or what is wrong with the words. Those may have a token among them by mistake.
fn not_understood(said: &clap::Error) -> ExitCode {
    let text = said.to_string();
    let without_tokens = redacted::text(&text);
    let _nobody_reads_it = if without_tokens == text { said.print() } else { write!(io::stderr(), "{without_tokens}") };
    if said.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

async fn dispatch(arguments: Arguments) -> Result<Ended, Error> {
    let Arguments { global, command } = arguments;
    if global.output == Format::Json && matches!(command, Command::Graph(_) | Command::Completions { .. }) {
        return Err(Error::usage("this command prints no JSON: leave out --output"));
    }
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
