//! A registered function and its sandboxes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::FunctionSpec;
use super::sandbox::Sandbox;

/// A registered function: its processes, and how many more invocations it may have.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) name: Arc<str>,
    pub(super) label: Arc<str>,
    now: Mutex<Now>,
}

/// What an update changes, and what it is decided by.
#[derive(Debug)]
struct Now {
    spec: Arc<FunctionSpec>,
    capacity: Arc<Semaphore>,
    sandboxes: Vec<Entry>,
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
            now: Mutex::new(Now {
                capacity: Arc::new(Semaphore::new(spec.concurrency)),
                sandboxes: Vec::new(),
                spec: Arc::new(spec),
            }),
        }
    }

    /// How a new sandbox is to be started.
    pub(super) fn spec(&self) -> Arc<FunctionSpec> {
        Arc::clone(&self.lock().spec)
    }

    /// What an invocation needs a permit of.
    pub(super) fn capacity(&self) -> Arc<Semaphore> {
        Arc::clone(&self.lock().capacity)
    }

    /// From now on it runs as this says. Sandboxes that wait for work are killed, those at work are when they are done.
    pub(super) fn update(&self, spec: FunctionSpec) {
        let mut now = self.lock();
        if spec.concurrency != now.spec.concurrency {
            now.capacity = Arc::new(Semaphore::new(spec.concurrency));
        }
        now.spec = Arc::new(spec);
        for entry in now.sandboxes.iter_mut().filter(|entry| entry.idle) {
            entry.idle = false;
            entry.sandbox.process.kill();
        }
    }

    /// Takes over a new sandbox, which is busy: it was started for an invocation.
    pub(super) fn adopt(&self, sandbox: &Arc<Sandbox>) {
        let mut now = self.lock();
        now.sandboxes.push(Entry { sandbox: Arc::clone(sandbox), idle: false });
        if now.capacity.is_closed() {
            // It was being started while the function was shut down, and was not there to be killed with the others.
            sandbox.process.kill();
        }
    }

    /// A sandbox that waits for work, if there is one; it is busy from now on. The last one that worked is the warmest.
    pub(super) fn take_idle(&self) -> Option<Arc<Sandbox>> {
        let mut now = self.lock();
        let entry = now.sandboxes.iter_mut().rev().find(|entry| entry.idle && !entry.sandbox.process.has_exited())?;
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
        let mut now = self.lock();
        if !Arc::ptr_eq(&now.spec, &sandbox.spec) {
            sandbox.process.kill(); // the function was updated meanwhile
        } else if let Some(entry) =
            now.sandboxes.iter_mut().find(|entry| entry.sandbox.process.id() == sandbox.process.id())
        {
            entry.idle = true;
        }
    }

    /// Drops a sandbox whose process has ended.
    pub(super) fn forget(&self, process: u32) {
        self.lock().sandboxes.retain(|entry| entry.sandbox.process.id() != process);
    }

    /// Kills the processes that are at work; how many there were.
    pub(super) fn kill_busy(&self) -> usize {
        let now = self.lock();
        let busy = now.sandboxes.iter().filter(|entry| !entry.idle && !entry.sandbox.process.has_exited());
        busy.inspect(|entry| entry.sandbox.process.kill()).count()
    }

    /// Lets no further invocation begin and kills all processes, which are returned to be waited for.
    pub(super) fn shut_down(&self) -> Vec<Arc<Sandbox>> {
        let now = self.lock();
        now.capacity.close();
        let sandboxes = now.sandboxes.iter().map(|entry| Arc::clone(&entry.sandbox));
        sandboxes.inspect(|sandbox| sandbox.process.kill()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
