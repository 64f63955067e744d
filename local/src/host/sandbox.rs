//! One process of a function, which takes one event at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::Instant;

use super::FunctionSpec;
use super::environment::environment;
use super::events::EventKind;
use super::invocation::Failure;
use super::mailbox::Mailbox;
use super::running::Running;
use super::state::HostState;
use crate::children::{Process, parent_environment};

/// How long a process may take to ask for work.
///
/// AWS gives it [10 s](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib);
/// a debug build on a machine that also compiles gets more, since being slow is not what is tested here.
const INIT: Duration = Duration::from_secs(30);

/// A process of a function, with the mailbox through which it works.
#[derive(Debug)]
pub(super) struct Sandbox {
    pub(super) process: Process,
    pub(super) mailbox: Arc<Mailbox>,
    /// How it was started; an update of the function does not change it.
    pub(super) spec: Arc<FunctionSpec>,
}

impl Sandbox {
    /// Starts a process and waits until it asks for work.
    pub(super) async fn start(
        host: &Arc<HostState>,
        function: &Arc<Running>,
        request_id: &str,
    ) -> Result<Arc<Self>, Failure> {
        let started = Instant::now();
        let spec = function.spec();
        let (id, mailbox) = host.open_mailbox();
        // AWS gives a host and a port alone. With a path there has to be a scheme, or the runtime does not take it for a URI.
        let runtime_api = format!("http://{}/sandbox/{id}", host.address);
        let mut command = Command::new(&spec.binary);
        command.env_clear().envs(environment(parent_environment(), &spec, &runtime_api));
        command.stdin(std::process::Stdio::null()).kill_on_drop(true);
        if let Some(root) = spec.binary.parent() {
            command.current_dir(root);
        }
        let process = Process::spawn(command, &spec.label, &spec.transcript).map_err(|error| {
            host.close_mailbox(id);
            Failure::would_not_start(request_id, &format!("{}: {error}", spec.binary.display()))
        })?;
        let sandbox = Arc::new(Self { process, mailbox, spec });
        function.adopt(&sandbox);
        tokio::spawn(bury(Arc::clone(host), Arc::clone(function), id, sandbox.process.id(), sandbox.process.exited()));

        tokio::select! {
            biased;
            () = sandbox.mailbox.asked_again(0) => {}
            status = sandbox.process.exited() => {
                // A runtime that could not start says why, if it can, and then exits.
                let reported = sandbox.mailbox.init_error().map(Failure::reported);
                return Err(reported.unwrap_or_else(|| Failure::exited(request_id, status)));
            }
            () = tokio::time::sleep(INIT) => {
                sandbox.process.kill();
                sandbox.process.exited().await;
                return Err(Failure::timed_out(request_id, INIT));
            }
        }
        let (sandbox_id, init) = (sandbox.process.id(), started.elapsed());
        host.tell(function, EventKind::SandboxStarted { sandbox: sandbox_id, init });
        Ok(sandbox)
    }
}

/// When the process ends, whyever, everybody forgets it.
async fn bury(
    host: Arc<HostState>,
    function: Arc<Running>,
    id: u64,
    sandbox: u32,
    exited: impl Future<Output = std::process::ExitStatus>,
) {
    let status = exited.await.to_string();
    host.close_mailbox(id);
    function.forget(sandbox);
    host.tell(&function, EventKind::SandboxExited { sandbox, status });
}
