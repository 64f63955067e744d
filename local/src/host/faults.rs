//! Faults that tests inject, each at one named point of an invocation or of a delivery.

use std::sync::{Mutex, PoisonError};

/// What is to go wrong, once.
///
/// To kill a process in the middle of its work, see [`LambdaHost::kill_running`](super::LambdaHost::kill_running).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The process is killed before it gets the event.
    KillBeforeWork,
    /// The process is killed when it has done its work and responds: what it did is done, its response is lost.
    KillAfterWork,
    /// An event source delivers a batch again, after the function has responded and before the messages are deleted.
    /// What is deleted is decided by the second response.
    DeliverTwice,
    /// An event source delivers a batch twice at the same time. What is deleted is decided by the response that comes last.
    DeliverTwiceAtOnce,
}

/// Faults that have been injected and have not struck yet.
#[derive(Debug, Default)]
pub struct Faults {
    waiting: Mutex<Vec<(String, Fault)>>,
}

impl Faults {
    /// Lets a fault strike the next invocation or delivery of a function (its name in AWS) that comes to that point.
    /// Injected twice, it strikes twice.
    pub fn inject(&self, function: &str, fault: Fault) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((function.to_owned(), fault));
    }

    /// Whether this fault strikes here and now; then it is used up. This is the point where it is consulted.
    pub(crate) fn strikes(&self, function: &str, fault: Fault) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let found = waiting.iter().position(|(name, waits)| name == function && *waits == fault);
        found.map(|index| waiting.remove(index)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_once_and_only_its_function() {
        let faults = Faults::default();
        faults.inject("one", Fault::DeliverTwice);
        assert!(!faults.strikes("two", Fault::DeliverTwice));
        assert!(!faults.strikes("one", Fault::KillAfterWork));
        assert!(faults.strikes("one", Fault::DeliverTwice));
        assert!(!faults.strikes("one", Fault::DeliverTwice));
    }
}
