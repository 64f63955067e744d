//! How often an execution is asked about.

use std::time::Duration;

/// Soon after something has happened, for more is likely to come; then more and more rarely, for the quota of
/// GetExecutionHistory (20 a second) is shared by everybody in the account.
#[derive(Debug)]
pub(super) struct Pace(Duration);

const SHORTEST: Duration = Duration::from_millis(300);
const LONGEST: Duration = Duration::from_secs(3);

impl Default for Pace {
    fn default() -> Self {
        Self(SHORTEST)
    }
}

impl Pace {
    /// How long to wait before the next time.
    pub(super) fn next(&mut self, something_happened: bool) -> Duration {
        self.0 = if something_happened { SHORTEST } else { (self.0 * 3 / 2).min(LONGEST) };
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_is_followed_closely_and_silence_rarely() {
        let mut pace = Pace::default();
        let waits: Vec<u128> = [false, false, true, false].map(|new| pace.next(new).as_millis()).to_vec();
        assert_eq!(waits, [450, 675, 300, 450]);
        assert_eq!((0..20).map(|_| pace.next(false)).last(), Some(LONGEST));
    }
}
