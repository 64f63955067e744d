//! `callback-bridge`, for people: see the README.

use std::process::ExitCode;

use callback_bridge_cli::Arguments;
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    callback_bridge_cli::run(Arguments::parse()).await
}
