//! Faults that tests inject. What goes wrong, and at which point, is said by whatever it goes wrong in:
//! [`Fault`](crate::Fault) by the host, [`CallFault`](crate::CallFault) by a proxy.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// Faults of one kind that have been injected and may still strike.
#[derive(Debug)]
pub struct Faults<F> {
    waiting: Mutex<Vec<Waiting<F>>>,
}

#[derive(Clone, Debug)]
struct Waiting<F> {
    place: String,
    fault: F,
    /// What a fault that lasts is taken back by; one without it strikes once.
    taken_back: Option<watch::Receiver<bool>>,
}

/// A fault that strikes each time. Dropping this leaves it in place, but one that holds something back then holds nothing:
/// nobody could let it go.
#[derive(Debug)]
#[must_use = "it can be taken back by this alone"]
pub struct LastingFault(watch::Sender<bool>);

impl LastingFault {
    /// Ends the fault: it strikes no more, and what it holds back goes on.
    pub fn take_back(self) {
        self.0.send_replace(true);
    }
}

impl<F> Default for Faults<F> {
    fn default() -> Self {
        Self { waiting: Mutex::default() }
    }
}

impl<F> Faults<F> {
    /// Lets a fault strike once, the next time that something comes to its point at this place: a function, by its name in
    /// AWS, or an operation of a service. Injected twice, it strikes twice.
    pub fn inject(&self, place: &str, fault: F) {
        self.add(Waiting { place: place.to_owned(), fault, taken_back: None });
    }

    /// Lets a fault strike each time, until it is taken back. Faults at the same point strike in the order of their
    /// injection, so one that is injected after this one waits until then.
    pub fn inject_lasting(&self, place: &str, fault: F) -> LastingFault {
        let (owner, taken_back) = watch::channel(false);
        self.add(Waiting { place: place.to_owned(), fault, taken_back: Some(taken_back) });
        LastingFault(owner)
    }

    fn add(&self, waiting: Waiting<F>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }
}

impl<F: Clone> Faults<F> {
    /// Whether this fault strikes here and now; one that does not last is then used up. This is the point where it is
    /// consulted.
    pub(crate) fn strikes(&self, place: &str, fault: F) -> bool
    where
        F: PartialEq,
    {
        self.strike(place, |waits| *waits == fault).is_some()
    }

    /// The fault that strikes here and now, of those that are `possible` at this point.
    pub(crate) fn strike(&self, place: &str, possible: impl Fn(&F) -> bool) -> Option<Strike<F>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waits| !waits.taken_back.as_ref().is_some_and(|taken_back| *taken_back.borrow()));
        let index = waiting.iter().position(|waits| waits.place == place && possible(&waits.fault))?;
        let lasts = waiting[index].taken_back.is_some();
        let Waiting { fault, taken_back, .. } = if lasts { waiting[index].clone() } else { waiting.remove(index) };
        Some(Strike { fault, taken_back })
    }
}

/// A fault that strikes now.
#[derive(Debug)]
pub(crate) struct Strike<F> {
    pub(crate) fault: F,
    taken_back: Option<watch::Receiver<bool>>,
}

impl<F> Strike<F> {
    /// Waits until the fault is taken back; not at all when nobody can do that.
    pub(crate) async fn taken_back(self) {
        if let Some(mut taken_back) = self.taken_back {
            let _ = taken_back.wait_for(|taken_back| *taken_back).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_once_and_only_in_its_place() {
        let faults = Faults::default();
        faults.inject("one", "twice");
        assert!(!faults.strikes("two", "twice"));
        assert!(!faults.strikes("one", "late"));
        assert!(faults.strikes("one", "twice"));
        assert!(!faults.strikes("one", "twice"));
    }

    #[test]
    fn a_lasting_one_strikes_until_it_is_taken_back() {
        let faults = Faults::default();
        let lasting = faults.inject_lasting("one", "first");
        faults.inject("one", "second");
        let next = || faults.strike("one", |_| true).map(|strike| strike.fault);
        assert_eq!([next(), next()], [Some("first"), Some("first")]);
        lasting.take_back();
        assert_eq!([next(), next()], [Some("second"), None]);
    }

    #[tokio::test]
    async fn what_is_held_back_goes_on_when_the_fault_is_taken_back() {
        let faults = Faults::default();
        let lasting = faults.inject_lasting("one", "held");
        let mut held = Box::pin(faults.strike("one", |_| true).unwrap().taken_back());
        tokio::select! {
            biased;
            () = &mut held => panic!("nobody has taken it back"),
            () = std::future::ready(()) => {}
        }
        lasting.take_back();
        held.await;
    }
}
