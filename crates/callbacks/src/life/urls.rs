//! The URLs of a callback: how many calls have created some, and until when one of them can be used.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::State;
use crate::Request;

/// What has become of the URLs of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UrlSets {
    /// How many calls have created some. Each has a number of its own, from 0.
    pub created: u16,
    /// When the last of them expires.
    pub expire_at: Timestamp,
}

impl State {
    /// Another call creates URLs, which can be used until then, or for as long as the task may wait. What was decided before
    /// stays. Nothing where so many calls have created some that they have no number.
    #[must_use]
    pub fn with_urls(&self, request: &Request, expire_at: Option<Timestamp>) -> Option<Self> {
        let expire_at = expire_at.unwrap_or(request.deadline_at).min(request.deadline_at);
        let urls = match self.urls {
            None => UrlSets { created: 1, expire_at },
            Some(before) => {
                UrlSets { created: before.created.checked_add(1)?, expire_at: before.expire_at.max(expire_at) }
            }
        };
        let mut next = Self { urls: Some(urls), ..self.clone() };
        let due_at = next.next_due(request);
        // Whoever has claimed it is left to it.
        next.due_at = if self.urls.is_none() { due_at } else { due_at.max(self.due_at) };
        Some(next)
    }

    /// When the question is closed: with its deadline, or with its last URL.
    #[must_use]
    pub fn deadline_at(&self, request: &Request) -> Timestamp {
        self.urls.map_or(request.deadline_at, |urls| urls.expire_at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use callback_bridge::{Answer, TaskContext, TaskToken};

    use super::*;
    use crate::{Ask, MachineAnswer, NotTaken, Source, Status, Taken, Waiting};

    fn at(hour: u8) -> Timestamp {
        format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap()
    }

    fn callback(expire_at: Option<Timestamp>) -> (Request, State) {
        let token = TaskToken::new("t").unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: at(10),
            heartbeat: None,
            timeout: None,
        };
        let request = Request::new(waiting, Ask::Urls(crate::Urls {})).unwrap();
        let state = State::new(&request, token, at(10)).with_urls(&request, expire_at).unwrap();
        (request, state)
    }

    fn hear(request: &Request, state: &State, now: Timestamp) -> Result<Taken, NotTaken> {
        let answer = MachineAnswer::Failure { error: Some("rejected".to_owned()), cause: None };
        let source = Source::Url { transaction_id: "0".repeat(32), outcome: "reject".to_owned() };
        state.hear(request, &answer, &source, "d", now)
    }

    #[test]
    fn it_is_open_until_the_last_url_expires_or_for_a_year() {
        let (request, state) = callback(Some(at(12)));
        assert_eq!((state.deadline_at(&request), state.due_at), (at(12), Some(at(12))));
        let later = state.with_urls(&request, Some(at(14))).unwrap();
        assert_eq!((later.deadline_at(&request), later.urls.unwrap().created), (at(14), 2));
        let sooner = later.with_urls(&request, Some(at(11))).unwrap();
        assert_eq!(sooner.deadline_at(&request), at(14));
        let (request, forever) = callback(None);
        assert_eq!(forever.deadline_at(&request).duration_since(at(10)).as_hours(), 365 * 24);
        let most = State { urls: Some(UrlSets { created: u16::MAX, expire_at: at(12) }), ..state };
        assert_eq!(most.with_urls(&request, None), None);
    }

    #[test]
    fn a_url_is_answered_in_time_and_in_the_words_of_whoever_created_it() {
        let (request, state) = callback(Some(at(12)));
        let Ok(Taken::New(decided)) = hear(&request, &state, at(11)) else { panic!("it is in time") };
        let Answer::Failure(failure) = decided.answer_of(&request, decided.decision().unwrap()) else { panic!() };
        assert_eq!((failure.error(), &*failure.cause()), ("rejected", ""));
        assert!(matches!(hear(&request, &state, at(12)), Err(NotTaken::TooLate)));
        let more = decided.with_urls(&request, Some(at(20))).unwrap();
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
        let more = claimed.with_urls(&request, Some(at(12))).unwrap();
        assert_eq!(more.due_at, claimed.due_at);
    }
}
