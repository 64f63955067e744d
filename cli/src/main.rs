//! `callback-bridge`, for people: see the README.

use std::{env, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    callback_bridge_cli::run(env::args_os()).await
}
