//! What every drawing shows of a state.

use super::{State, Visits, definition::Kind, visits::Visit};

/// The name, and what is done there.
pub(super) fn lines(state: &State) -> Vec<String> {
    let waits = match state.kind {
        Kind::WaitingForToken => Some("waits for its token"),
        Kind::WaitingForActivity => Some("waits for a worker"),
        Kind::WaitingForJob => Some("waits for the job"),
        _ => None,
    };
    [state.name.clone()].into_iter().chain(state.detail.clone()).chain(waits.map(str::to_owned)).collect()
}

/// What looks different about it: what it does, and whether the execution was there.
pub(super) fn classes(state: &State, visits: &Visits) -> impl Iterator<Item = &'static str> {
    let kind = match state.kind {
        Kind::Fail => Some("fails"),
        Kind::Succeed => Some("succeeds"),
        _ => state.waits().then_some("waits"),
    };
    let visit = visits.of_state(&state.name).map(|visit| match visit {
        Visit::Visited => "visited",
        Visit::There => "there",
        Visit::Failed => "failed",
    });
    kind.into_iter().chain(visit)
}

/// A text of so many characters at most.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_conditions_are_cut() {
        assert_eq!(cut(&"x".repeat(61), 60).chars().count(), 60);
        assert_eq!(cut(&"x".repeat(60), 60), "x".repeat(60));
    }
}
