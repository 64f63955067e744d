//! How long to wait before trying again.

use std::time::Duration;

/// Exponential backoff with equal jitter: a wait is drawn from the upper half of a bound that doubles with each try.
///
/// The half that is always waited makes a number of tries cover a known time; the other half spreads the retries of many
/// ([AWS Architecture Blog](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// Waits of up to `first` after the first try, doubled after each further one, never above `longest`.
    #[must_use]
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// The longest wait after `tries` tries (1 for the first).
    #[must_use]
    pub fn bound(&self, tries: u32) -> Duration {
        let doubled = 2_u32.checked_pow(tries.saturating_sub(1));
        doubled.and_then(|factor| self.first.checked_mul(factor)).map_or(self.longest, |wait| wait.min(self.longest))
    }

    /// The longest wait of all.
    #[must_use]
    pub const fn longest(&self) -> Duration {
        self.longest
    }

    /// The wait after `tries` tries; `jitter`, from 0 to 1, is the part of the upper half that is waited.
    #[must_use]
    pub fn wait(&self, tries: u32, jitter: f64) -> Duration {
        let half = self.bound(tries) / 2;
        half + half.mul_f64(jitter.clamp(0.0, 1.0))
    }

    /// The wait after `tries` tries, with a random jitter.
    #[must_use]
    pub fn random_wait(&self, tries: u32) -> Duration {
        self.wait(tries, fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BACKOFF: Backoff = Backoff::new(Duration::from_secs(2), Duration::from_mins(1));

    #[test]
    fn the_bound_doubles_up_to_the_longest() {
        let bounds: Vec<u64> = (0..8).map(|tries| BACKOFF.bound(tries).as_secs()).collect();
        assert_eq!(bounds, [2, 2, 4, 8, 16, 32, 60, 60]);
    }

    /// With waits of up to a day: SQS hides a message for half of one at most.
    fn any_backoff() -> impl Strategy<Value = Backoff> {
        let wait = || (0..=86_400_000_000_000_u64).prop_map(Duration::from_nanos);
        (wait(), wait()).prop_map(|(first, longest)| Backoff::new(first, longest))
    }

    /// Some that still double the bound, and some far beyond.
    fn any_tries() -> impl Strategy<Value = u32> {
        prop_oneof![0..40_u32, 0..u32::MAX]
    }

    proptest! {
        #[test]
        fn a_wait_is_between_half_its_bound_and_the_bound(backoff in any_backoff(), tries in any_tries(), jitter: f64) {
            prop_assume!(!jitter.is_nan());
            let bound = backoff.bound(tries);
            prop_assert!((bound / 2..=bound).contains(&backoff.wait(tries, jitter)));
            prop_assert!((bound / 2..=bound).contains(&backoff.random_wait(tries)));
        }

        #[test]
        fn the_bound_never_falls_and_never_exceeds_the_longest(backoff in any_backoff(), tries in any_tries()) {
            prop_assert!(backoff.bound(tries) <= backoff.bound(tries + 1));
            prop_assert!(backoff.bound(tries + 1) <= backoff.longest());
        }
    }
}
