//! Until when a callback waits for its URLs.

use jiff::Timestamp;

use super::{State, Status};
use crate::Request;

impl State {
    /// More URLs are created, one of which can answer the task until then; nothing where none of them can, as heartbeats cannot.
    /// Nothing changes about what was decided before.
    #[must_use]
    pub fn with_urls(&self, request: &Request, until: Option<Timestamp>) -> Self {
        if self.status != Status::Pending {
            return self.clone();
        }
        let until = until.map(|until| until.min(request.deadline_at));
        let mut next = Self { answerable_until: self.answerable_until.max(until), ..self.clone() };
        // Whoever has claimed it is left to it, and finds out afterwards what is due next.
        if self.due_at == self.next_due(request) {
            next.due_at = next.next_due(request);
        }
        next
    }

    /// When the question is closed: with its deadline, or with the last URL that could answer it.
    #[must_use]
    pub fn deadline_at(&self, request: &Request) -> Timestamp {
        self.answerable_until.unwrap_or(request.deadline_at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use callback_bridge::{Answer, TaskContext, TaskToken};

    use super::*;
    use crate::{Ask, MachineAnswer, NotTaken, Source, Status, Taken, Waiting, urls::TransactionId};

    fn at(hour: u8) -> Timestamp {
        format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap()
    }

    /// One that was asked for at ten, with URLs that can answer it until then.
    fn callback(until: Option<Timestamp>) -> (Request, State) {
        let token = TaskToken::new("t").unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: at(10),
            heartbeat: None,
            timeout: None,
        };
        let request = Request::new(waiting, Ask::Urls {}).unwrap();
        let state = State::new(&request, token, at(10)).with_urls(&request, until);
        (request, state)
    }

    fn hear(request: &Request, state: &State, now: Timestamp) -> Result<Taken, NotTaken> {
        let answer = MachineAnswer::Failure { error: Some("rejected".to_owned()), cause: None };
        let source = Source::Url { transaction_id: TransactionId::new(1), outcome: "reject".to_owned() };
        state.hear(request, &answer, &source, "d", now)
    }

    #[test]
    fn it_is_open_until_the_last_url_expires_that_can_answer_it_or_for_a_year() {
        let (request, state) = callback(Some(at(12)));
        assert_eq!((state.deadline_at(&request), state.due_at), (at(12), Some(at(12))));
        for (until, open_until) in [(Some(at(14)), at(14)), (Some(at(11)), at(12)), (None, at(12))] {
            let more = state.with_urls(&request, until);
            assert_eq!((more.deadline_at(&request), more.due_at), (open_until, Some(open_until)));
        }
        let (request, beaten) = callback(None);
        let year = request.deadline_at;
        assert_eq!(year.duration_since(at(10)).as_hours(), 365 * 24);
        assert_eq!((beaten.deadline_at(&request), beaten.due_at), (year, Some(year)));
        for (until, open_until) in [(at(12), at(12)), (Timestamp::MAX, year)] {
            let more = beaten.with_urls(&request, Some(until));
            assert_eq!((more.deadline_at(&request), more.due_at), (open_until, Some(open_until)));
        }
    }

    #[test]
    fn a_url_is_answered_in_time_and_in_the_words_of_whoever_created_it() {
        let (request, state) = callback(Some(at(12)));
        let Ok(Taken::New(decided)) = hear(&request, &state, at(11)) else { panic!("it is in time") };
        let Answer::Failure(failure) = decided.answer_of(&request, decided.decision().unwrap()) else { panic!() };
        assert_eq!((failure.error(), &*failure.cause()), ("rejected", ""));
        assert!(matches!(hear(&request, &state, at(12)), Err(NotTaken::TooLate)));
        let more = decided.with_urls(&request, Some(at(20)));
        assert_eq!(more, *decided);
        assert!(
            matches!(more.status, Status::Decided(_)) && matches!(hear(&request, &more, at(13)), Ok(Taken::Before))
        );
    }

    #[test]
    fn a_task_whose_urls_have_all_expired_is_failed() {
        let (request, state) = callback(Some(at(12)));
        assert_eq!(state.expire(&request, "d", at(11)), None);
        let expired = state.expire(&request, "d", at(12)).unwrap();
        let Answer::Failure(failure) = expired.answer_of(&request, expired.decision().unwrap()) else { panic!() };
        assert_eq!(failure.error(), "Bridge.Expired");
        assert!(failure.cause().contains("2026-11-22T12:00:00Z"), "{}", failure.cause());
    }

    #[test]
    fn more_urls_leave_it_to_whoever_has_claimed_it() {
        let (request, state) = callback(Some(at(12)));
        let claimed = state.claim(at(12), Duration::from_secs(90)).unwrap().state;
        let more = claimed.with_urls(&request, Some(at(20)));
        assert_eq!((more.due_at, more.deadline_at(&request)), (claimed.due_at, at(20)));
        assert_eq!(more.released(&request, claimed.due_at).due_at, Some(at(20)), "its deadline was put off");
    }

    #[test]
    fn another_action_that_says_the_same_is_not_the_one_that_was_taken() {
        let (request, state) = callback(Some(at(12)));
        let Ok(Taken::New(decided)) = hear(&request, &state, at(11)) else { panic!("it is in time") };
        let answer = MachineAnswer::Failure { error: Some("rejected".to_owned()), cause: None };
        for (outcome, nth, taken) in [("reject", 1, true), ("reject", 2, true), ("cancel", 1, false)] {
            let source = Source::Url { transaction_id: TransactionId::new(nth), outcome: outcome.to_owned() };
            assert_eq!(decided.has_taken(&answer, &source), taken, "{outcome}");
            assert!(!state.has_taken(&answer, &source), "nothing is decided");
            let heard = decided.hear(&request, &answer, &source, "e", at(11));
            assert_eq!(matches!(heard, Ok(Taken::Before)), taken, "{outcome}");
        }
    }
}
