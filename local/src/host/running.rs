//! A registered function and its sandboxes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::FunctionSpec;
use super::sandbox::Sandbox;

/// A registered function: its processes, and how many more invocations it may have.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) spec: FunctionSpec,
    pub(super) name: Arc<str>,
    pub(super) label: Arc<str>,
    pub(super) capacity: Arc<Semaphore>,
    sandboxes: Mutex<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    sandbox: Arc<Sandbox>,
    idle: bool,
}

impl Running {
    pub(super) fn new(spec: FunctionSpec) -> Self {
        Self {
            name: spec.name.as_str().into(),
            label: spec.label.as_str().into(),
            capacity: Arc::new(Semaphore::new(spec.concurrency)),
            sandboxes: Mutex::default(),
            spec,
        }
    }

    /// Takes over a new sandbox, which is busy: it was started for an invocation.
    pub(super) fn adopt(&self, sandbox: &Arc<Sandbox>) {
        self.lock().push(Entry { sandbox: Arc::clone(sandbox), idle: false });
        if self.capacity.is_closed() {
            // It was being started while the function was shut down, and was not there to be killed with the others.
            sandbox.process.kill();
        }
    }

    /// A sandbox that waits for work, if there is one; it is busy from now on. The last one that worked is the warmest.
    pub(super) fn take_idle(&self) -> Option<Arc<Sandbox>> {
        let mut sandboxes = self.lock();
        let entry = sandboxes.iter_mut().rev().find(|entry| entry.idle && !entry.sandbox.process.has_exited())?;
        entry.idle = false;
        Some(Arc::clone(&entry.sandbox))
    }

    /// The sandbox waits for work again. It is stopped where it stands, as Lambda does
    /// [between invocations](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html): what it left
    /// running in the background does not go on.
    ///
    /// Should we be killed meanwhile, the kernel ends it: a process group that is orphaned while it is stopped gets
    /// SIGHUP and SIGCONT.
    pub(super) async fn put_idle(&self, sandbox: &Sandbox) {
        // While it counts as busy, no other invocation can thaw it.
        sandbox.process.freeze().await;
        let mut sandboxes = self.lock();
        if let Some(entry) = sandboxes.iter_mut().find(|entry| entry.sandbox.process.id() == sandbox.process.id()) {
            entry.idle = true;
        }
    }

    /// Drops a sandbox whose process has ended.
    pub(super) fn forget(&self, process: u32) {
        self.lock().retain(|entry| entry.sandbox.process.id() != process);
    }

    /// Kills the processes that are at work; how many there were.
    pub(super) fn kill_busy(&self) -> usize {
        let sandboxes = self.lock();
        let busy = sandboxes.iter().filter(|entry| !entry.idle && !entry.sandbox.process.has_exited());
        busy.inspect(|entry| entry.sandbox.process.kill()).count()
    }

    /// Lets no further invocation begin and kills all processes, which are returned to be waited for.
    pub(super) fn shut_down(&self) -> Vec<Arc<Sandbox>> {
        self.capacity.close();
        let sandboxes = self.lock();
        sandboxes.iter().inspect(|entry| entry.sandbox.process.kill()).map(|entry| Arc::clone(&entry.sandbox)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.sandboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
