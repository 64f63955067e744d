//! `cargo xtask demo`: a credit check answers a waiting execution, on this machine.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context;
use callback_bridge_local::{DemoOptions, Report, Transcript, demo};
use clap::Parser;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

/// A credit check answers a waiting execution, on this machine, without an AWS account.
///
/// Exits with 0 only if the execution succeeded, with 1 if it ended otherwise, with 2 if the demo could not be run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask demo")]
struct Arguments {
    /// The loan application to check, a JSON file; see events/statemachines/credit-check/
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Print the result as JSON on standard output; what happens meanwhile goes to standard error
    #[arg(long)]
    json: bool,
    /// How long the execution may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    patience: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let transcript = Transcript::new();
    let ended = tokio::select! {
        ended = run(&arguments, &transcript) => ended,
        signal = interrupted() => {
            // Dropping the demo ended all that it had started.
            eprintln!("interrupted; everything that was started is stopped");
            return ExitCode::from(128 + signal);
        }
    };
    match ended {
        Ok(report) => {
            if arguments.json {
                println!("{:#}", report.to_json());
            } else {
                println!("\n{report}");
            }
            ExitCode::from(u8::from(!report.succeeded()))
        }
        Err(error) => {
            for line in transcript.lines() {
                eprintln!("{line}");
            }
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments, transcript: &Transcript) -> anyhow::Result<Report> {
    let application = match &arguments.input {
        None => serde_json::from_str(include_str!("../../../events/statemachines/credit-check/good.json"))?,
        Some(file) => read(file)?,
    };
    let tell = |line: &str| if arguments.json { eprintln!("{line}") } else { println!("{line}") };
    let applicant = application["applicant"].as_str().unwrap_or("somebody");
    tell(&format!(
        "Callback Bridge: a loan for {applicant} is decided; its credit check waits for an outside service\n"
    ));
    let options = DemoOptions { application, patience: Duration::from_secs(arguments.patience) };
    demo::run(options, transcript, tell).await
}

fn read(file: &PathBuf) -> anyhow::Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

/// Ctrl-C or a request to end; returns the number of the signal.
async fn interrupted() -> u8 {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await; // without handlers, a signal ends this process at once
    };
    tokio::select! {
        _ = interrupt.recv() => 2,
        _ = terminate.recv() => 15,
    }
}
