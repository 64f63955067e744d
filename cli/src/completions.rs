//! `completions`: what a shell needs to complete commands and options.

use std::io::{Write, stdout};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    arguments::Arguments,
    error::{Ended, Error},
};

pub(crate) fn run(shell: Shell) -> Result<Ended, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "callback-bridge", &mut script);
    stdout().write_all(&script)?;
    Ok(Ended::Well)
}
