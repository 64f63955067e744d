//! What all parts of the host share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::events::{Event, EventKind};
use super::faults::Fault;
use super::mailbox::Mailbox;
use super::running::Running;
use crate::faults::Faults;
use crate::journal::Journal;

#[derive(Debug)]
pub(super) struct HostState {
    /// The host's own address, such as `127.0.0.1:54321`.
    pub(super) address: String,
    pub(super) events: Journal<Event>,
    pub(super) faults: Faults<Fault>,
    functions: Mutex<HashMap<String, Arc<Running>>>,
    mailboxes: Mutex<HashMap<u64, Arc<Mailbox>>>,
    last_mailbox: AtomicU64,
}

impl HostState {
    pub(super) fn new(address: String) -> Self {
        Self {
            address,
            events: Journal::default(),
            faults: Faults::default(),
            functions: Mutex::default(),
            mailboxes: Mutex::default(),
            last_mailbox: AtomicU64::new(0),
        }
    }

    pub(super) fn tell(&self, function: &Running, what: EventKind) {
        let (function, label) = (Arc::clone(&function.name), Arc::clone(&function.label));
        self.events.append(Event { function, label, what });
    }

    /// Registers a function; false if its name is taken.
    pub(super) fn add(&self, function: Running) -> bool {
        let mut functions = lock(&self.functions);
        if functions.contains_key(&*function.name) {
            return false;
        }
        functions.insert(function.name.to_string(), Arc::new(function));
        true
    }

    pub(super) fn function(&self, name: &str) -> Option<Arc<Running>> {
        lock(&self.functions).get(name).cloned()
    }

    pub(super) fn remove(&self, name: &str) -> Option<Arc<Running>> {
        lock(&self.functions).remove(name)
    }

    pub(super) fn function_names(&self) -> Vec<String> {
        lock(&self.functions).keys().cloned().collect()
    }

    /// A mailbox has to be there before its process is.
    pub(super) fn open_mailbox(&self) -> (u64, Arc<Mailbox>) {
        let id = self.last_mailbox.fetch_add(1, Ordering::Relaxed) + 1;
        let mailbox = Arc::new(Mailbox::new());
        lock(&self.mailboxes).insert(id, Arc::clone(&mailbox));
        (id, mailbox)
    }

    pub(super) fn mailbox(&self, id: u64) -> Option<Arc<Mailbox>> {
        lock(&self.mailboxes).get(&id).cloned()
    }

    pub(super) fn close_mailbox(&self, id: u64) {
        lock(&self.mailboxes).remove(&id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
