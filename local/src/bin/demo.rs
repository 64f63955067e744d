//! `cargo xtask demo`: a loan is checked by a worker, decided by a person, and paid by another company, on this machine.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

use std::{
    fs,
    io::{IsTerminal, stderr, stdin, stdout},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use callback_bridge_local::{APPROVER, DemoOptions, Person, Report, Transcript, demo};
use clap::Parser;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

/// How long an execution may take that somebody has to decide about, in seconds.
const PATIENCE_WITH_PEOPLE: u64 = 1800;
/// How long one may take that decides by itself, in seconds.
const PATIENCE: u64 = 120;

/// A loan is checked by a worker, decided by a person, and paid by another company, on this machine, without an AWS account.
///
/// The person is you: open the link that is printed, and decide. With --approve or --reject the demo does what you would, by
/// the form of the page. Without them it also approves by itself where nobody could: where its input, or its output of what
/// happens, is not a terminal.
///
/// Exits with 0 only if the execution succeeded, whatever was decided, with 1 if it ended otherwise, with 2 if the demo could
/// not be run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask demo")]
struct Arguments {
    /// The loan application, a JSON file; see events/statemachines/loan-application/
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Approve by itself, with this comment or none
    #[arg(long, value_name = "COMMENT", num_args = 0..=1, default_missing_value = "", conflicts_with = "reject")]
    approve: Option<String>,
    /// Reject by itself, with this comment
    #[arg(long, value_name = "COMMENT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reject: Option<String>,
    /// Print the result as JSON on standard output; what happens meanwhile goes to standard error
    #[arg(long)]
    json: bool,
    /// How long the execution may take, in seconds [default: 1800 if a person decides, else 120]
    #[arg(long, value_name = "SECONDS")]
    patience: Option<u64>,
}

impl Arguments {
    /// Who decides, if that is said.
    fn person(&self) -> Option<Person> {
        let approves = self.approve.clone().map(|comment| Person::Approves { comment });
        approves.or_else(|| self.reject.clone().map(|comment| Person::Rejects { comment }))
    }

    /// Whether somebody can read what happens, and is there.
    fn is_watched(&self) -> bool {
        stdin().is_terminal() && if self.json { stderr().is_terminal() } else { stdout().is_terminal() }
    }
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
        None => serde_json::from_str(include_str!("../../../events/statemachines/loan-application/pay-out.json"))?,
        Some(file) => read(file)?,
    };
    let tell = |line: &str| if arguments.json { eprintln!("{line}") } else { println!("{line}") };
    let applicant = application["applicant"].as_str().unwrap_or("somebody");
    let waits = match &application["payTo"] {
        Value::Null => "for a credit bureau, and then for a person",
        _ => "for a credit bureau, then for a person, and then for a payment provider",
    };
    tell(&format!("Callback Bridge: {applicant} wants a loan; the execution waits {waits}\n"));
    let person = match arguments.person() {
        Some(person) => person,
        None if arguments.is_watched() => Person::Somebody,
        None => {
            tell(&format!("nobody is at this terminal, so the demo approves as {APPROVER} would\n"));
            Person::Approves { comment: String::new() }
        }
    };
    let patience = if person == Person::Somebody { PATIENCE_WITH_PEOPLE } else { PATIENCE };
    let patience = Duration::from_secs(arguments.patience.unwrap_or(patience));
    demo::run(DemoOptions { application, person, patience }, transcript, tell).await
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
