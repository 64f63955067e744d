//! The AWS side: the Python package `local_aws` in a process of its own.

mod clients;
mod credentials;
mod deployment;
mod description;
mod route;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use serde::Deserialize;
use tokio::process::{ChildStdin, Command};

use crate::children::{self, Process};
use crate::transcript::Transcript;
use deployment::Deployer;

pub use credentials::SessionCredentials;
pub use description::{EventSourceMapping, FunctionDescription, LoggingConfig, Schedule, StackDescription};
pub use route::{ApiType, Authorizer, JwtAuthorizer, Route};

/// Importing moto takes seconds, and many more when every core compiles.
const START: Duration = Duration::from_mins(1);
/// From SIGTERM to SIGKILL.
const STOP: Duration = Duration::from_secs(5);
/// The source of its lines in the transcript.
const SOURCE: &str = "local-aws";

/// A running local AWS: SQS, Step Functions, Secrets Manager and the rest, on one endpoint of the loopback interface.
///
/// It stops with [`stop`](LocalAws::stop), when it is dropped, and also when this process is killed: it reads a pipe
/// that ends with us. Nothing that it holds is kept.
pub struct LocalAws {
    process: Process,
    endpoint: String,
    config: SdkConfig,
    /// For what no SDK asks: the mails.
    http: reqwest::Client,
    python: PathBuf,
    transcript: Transcript,
    /// One deployment at a time: they share the bucket for code, and the interpreter's lock anyway. The first one starts the
    /// process that deploys, and those after it find it here.
    deploying: tokio::sync::Mutex<Option<Deployer>>,
    /// Its end is what tells the process to stop when we can't any more.
    _stdin: ChildStdin,
}

/// What it prints when it can be used.
#[derive(Deserialize)]
struct Ready {
    endpoint: String,
    pid: u32,
}

impl LocalAws {
    /// Starts one and waits until it can be used, at most 60 s.
    ///
    /// `port` is where it listens; 0 takes a free one. `python` is the interpreter of an environment with `local/aws/requirements.txt`; `functions_url` is the
    /// [`LambdaHost`](crate::LambdaHost) that runs the functions. Without it an invocation answers with its own payload.
    /// `long_poll` is how long `GetActivityTask` waits for a task, a minute unless it is given.
    ///
    /// # Errors
    /// If it can't be started, ends before it is ready, or takes too long; the message has its last output.
    pub async fn start(
        python: &Path,
        port: u16,
        functions_url: Option<&str>,
        long_poll: Option<Duration>,
        transcript: &Transcript,
    ) -> anyhow::Result<Self> {
        let python = interpreter(python)?;
        let mut command = module(&python, "local_aws", None);
        // `AWS_*` of its own making only: it is the endpoint, so it needs none.
        command.args(["--port", &port.to_string(), "--stop-with-stdin"]).stdin(std::process::Stdio::piped());
        if let Some(url) = functions_url {
            command.args(["--functions", url]);
        }
        if let Some(long_poll) = long_poll {
            command.args(["--long-poll", &long_poll.as_secs_f64().to_string()]);
        }
        let mut output = transcript.tail();
        let mut process = Process::spawn(command, SOURCE, transcript)
            .with_context(|| format!("local AWS could not be started with {}", python.display()))?;
        let stdin = process.take_stdin().context("local AWS has no standard input")?;

        let mut printed = Vec::new();
        let ready = async {
            loop {
                let line = output.next().await;
                if &*line.source != SOURCE {
                    continue;
                }
                match serde_json::from_str::<Ready>(&line.text) {
                    // Others may write to the same transcript; the id tells which of them is ours.
                    Ok(ready) if ready.pid == process.id() => return ready.endpoint,
                    _ => printed.push(line.text),
                }
            }
        };
        let endpoint = tokio::select! {
            biased;
            endpoint = ready => endpoint,
            status = process.exited() => {
                while let Some(line) = output.try_next() {
                    printed.push(line.text);
                }
                bail!("local AWS ended before it was ready ({status}):\n{}", printed.join("\n"));
            }
            () = tokio::time::sleep(START) => {
                bail!("local AWS was not ready within {START:?}; it printed:\n{}", printed.join("\n"));
            }
        };
        let config = clients::config(&endpoint);
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        let (transcript, deploying) = (transcript.clone(), tokio::sync::Mutex::default());
        Ok(Self { process, endpoint, config, http, python, transcript, deploying, _stdin: stdin })
    }

    /// Where it listens, such as `http://127.0.0.1:54321`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Creates or updates a stack from a SAM template, and describes what has to run outside of it.
    ///
    /// `api_endpoint` is where its HTTP APIs will be served, without a slash at the end: what their `ApiEndpoint` is in the
    /// template.
    ///
    /// # Errors
    /// If the template can't be deployed, or if a resource of it was not created because moto does not know its type. If
    /// the process that deploys has ended; the message has its last output, and the next deployment starts another.
    pub async fn deploy(
        &self,
        template: &Path,
        stack: &str,
        parameters: &[(String, String)],
        api_endpoint: Option<&str>,
    ) -> anyhow::Result<StackDescription> {
        deployment::deploy(self, template, stack, parameters, api_endpoint).await
    }

    /// What clients for its other services are made of. They reach nothing else, whatever the environment says.
    #[must_use]
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.config
    }

    /// A client for what no SDK asks of it.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A client for Step Functions here.
    #[must_use]
    pub fn sfn(&self) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::new(&self.config)
    }

    /// A client for SQS here.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// A client for SQS here that may do what the role of these credentials may.
    #[must_use]
    pub fn sqs_as(&self, session: &SessionCredentials) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&clients::config_of(&self.endpoint, session))
    }

    /// A client for Secrets Manager here.
    #[must_use]
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    /// Waits until it has ended, which it does by itself only when something is wrong.
    pub async fn ended(&self) -> ExitStatus {
        self.process.exited().await
    }

    /// Stops it: SIGTERM, and after 5 s SIGKILL. Stopping twice is harmless.
    ///
    /// # Errors
    /// If it had to be killed, or had ended in some other way before.
    pub async fn stop(&self) -> anyhow::Result<()> {
        let status = self.process.terminate(STOP).await;
        // A deployment under way fails, and the process that deploys goes when we are dropped.
        if let Ok(mut deployer) = self.deploying.try_lock() {
            deployer.take();
        }
        if !status.success() {
            bail!("local AWS did not stop by itself: {status}");
        }
        Ok(())
    }
}

impl fmt::Debug for LocalAws {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LocalAws").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// A module of the Python package beside this crate's sources, in the isolated environment.
fn module(python: &Path, name: &str, endpoint: Option<&str>) -> Command {
    let mut command = children::command(python, endpoint);
    command.args(["-m", name]).current_dir(package_folder());
    // A line that waits in a buffer when the process is killed would be lost.
    command.env("PYTHONUNBUFFERED", "1");
    command
}

fn package_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("aws")
}

/// The absolute path of the interpreter, since it is started in another folder. Links stay as they are: a virtual
/// environment is found by the link's folder.
fn interpreter(python: &Path) -> anyhow::Result<PathBuf> {
    if python.components().count() == 1 {
        return Ok(python.to_owned()); // looked up in PATH
    }
    let absolute = std::path::absolute(python)?;
    if !absolute.exists() {
        bail!("there is no Python at {}; it needs the requirements of local/aws", absolute.display());
    }
    Ok(absolute)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    pub(super) fn stand_in(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("python");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn it_is_ready_when_it_says_so_and_stops_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"trap 'exit 0' TERM
            echo a warning >&2; echo "{\"endpoint\": \"http://127.0.0.1:9\", \"pid\": $$}"; echo "args $@"
            while :; do sleep 0.05; done"#;
        let transcript = Transcript::new();
        let python = stand_in(folder.path(), script);
        let aws = LocalAws::start(&python, 5, Some("http://127.0.0.1:8"), Some(Duration::from_secs(2)), &transcript)
            .await
            .unwrap();
        assert_eq!(aws.endpoint(), "http://127.0.0.1:9");
        let args = transcript.reader().find(START, |line| line.text.starts_with("args")).await.unwrap();
        assert_eq!(
            args.text,
            "args -m local_aws --port 5 --stop-with-stdin --functions http://127.0.0.1:8 --long-poll 2"
        );
        aws.stop().await.unwrap();
        aws.stop().await.unwrap();
    }

    #[tokio::test]
    async fn its_last_words_are_in_the_error() {
        let folder = tempfile::tempdir().unwrap();
        let python = stand_in(folder.path(), "echo No module named moto >&2; exit 1");
        let error = LocalAws::start(&python, 0, None, None, &Transcript::new()).await.unwrap_err().to_string();
        assert!(error.contains("No module named moto") && error.contains("exit status: 1"), "{error}");
    }

    fn alone(aws: LocalAws) -> Process {
        aws.process
    }

    #[tokio::test]
    async fn it_stops_when_its_standard_input_ends() {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"echo "{\"endpoint\": \"http://127.0.0.1:9\", \"pid\": $$}"; cat; echo gone"#;
        let transcript = Transcript::new();
        let aws = LocalAws::start(&stand_in(folder.path(), script), 0, None, None, &transcript).await.unwrap();
        // All but the process is dropped, the pipe with it.
        let process = alone(aws);
        assert!(process.exited().await.success());
        assert!(transcript.contains("gone"));
    }

    #[tokio::test]
    async fn a_missing_interpreter_is_named() {
        let error = LocalAws::start(Path::new("no/such/python"), 0, None, None, &Transcript::new()).await.unwrap_err();
        assert!(error.to_string().contains("no/such/python"), "{error}");
    }
}
