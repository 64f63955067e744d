//! `cargo xtask up`: the whole bridge, on this machine, for development.
#![expect(clippy::print_stderr, reason = "it is a command")]

use std::{
    ffi::OsString,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use callback_bridge_local::{Build, RegionOptions, StackOptions, Transcript, Up, UpOptions, up::PORT};
use clap::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The whole bridge on this machine, without an AWS account, until Ctrl-C.
///
/// Functions are built and restarted when their code changes, and the stack is deployed again when template.yaml or infra/
/// do. Exits with 0 when it was told to stop and everything has, with 1 if something would not stop, with 2 if it could not
/// be brought up.
#[derive(Parser)]
#[command(bin_name = "cargo xtask up")]
struct Arguments {
    /// The port of the local AWS; 0 takes any that is free [default: the usual one, or any if that is taken]
    #[arg(long, value_name = "PORT", long_help = format!(
        "The port of the local AWS; 0 takes any that is free. Without this it is {PORT}, or any if that is taken"
    ))]
    port: Option<u16>,
    /// A parameter of the template; `BureauUrl` is the credit bureau that comes along, unless it is given
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// From which level all functions log, instead of the template's
    #[arg(long, value_name = "LEVEL", ignore_case = true, value_parser = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"])]
    log_level: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => return failed(&anyhow::Error::from(error).context("signals can't be handled"), 2),
    };
    let transcript = Transcript::new();
    tell("Callback Bridge is brought up, to be developed\n");
    let up = tokio::select! {
        up = Up::start(options(arguments), &transcript, tell) => up,
        signal = signals.next() => return interrupted(signal),
    };
    let up = match up {
        Ok(up) => up,
        Err(error) => {
            transcript.lines().iter().for_each(|line| eprintln!("{line}"));
            return failed(&error, 2);
        }
    };
    let (stop, stopping) = tokio::sync::oneshot::channel();
    let running = up.run(async { drop(stopping.await) }, tell);
    tokio::pin!(running);
    let ended = tokio::select! {
        ended = &mut running => ended,
        _ = signals.next() => {
            tell("\nstopping; once more to stop at once");
            let _ = stop.send(());
            tokio::select! {
                ended = &mut running => ended,
                signal = signals.next() => return interrupted(signal),
            }
        }
    };
    match ended {
        Ok(()) => {
            tell("everything is stopped");
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error, 1),
    }
}

fn options(arguments: Arguments) -> UpOptions {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let stack = StackOptions::default();
    UpOptions {
        workspace: package.parent().unwrap_or(package).to_owned(),
        build: Build::with_cargo(cargo()),
        python: RegionOptions::default().python,
        port: arguments.port,
        stack: StackOptions { parameters: arguments.parameters, log_level: arguments.log_level, ..stack },
    }
}

#[expect(clippy::disallowed_methods, reason = "the variable by which Cargo says where it is, to whatever it runs")]
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it has to be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Who has closed our output may still want the bridge: nothing depends on being heard.
fn tell(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn failed(error: &anyhow::Error, status: u8) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(status)
}

/// All that was started has ended by having been dropped.
fn interrupted(signal: u8) -> ExitCode {
    eprintln!("interrupted; everything that was started is stopped");
    ExitCode::from(128 + signal)
}

/// Ctrl-C, a request to end, and the end of the terminal.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The number of the next signal.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
            _ = self.hang_up.recv() => 1,
        }
    }
}
