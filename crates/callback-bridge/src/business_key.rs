//! What work is deduplicated by.

use std::fmt;

use serde::Serialize;

use crate::{AttemptId, TaskContext};

/// Names a piece of work across deliveries and attempts, so that an external service can recognise a repetition.
///
/// It is what the message says (`businessKey`); else made of the execution, the state and when the state was entered
/// (and the index within a Map), which a Retry of the state keeps; else the attempt itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct BusinessKey(String);

impl BusinessKey {
    /// The longest key a message may give, in characters.
    pub const MAX_CHARS: usize = 256;

    pub(crate) fn derive(given: Option<String>, context: &TaskContext, attempt: &AttemptId) -> Self {
        Self(given.or_else(|| from_context(context)).unwrap_or_else(|| attempt.to_string()))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Length-prefixed parts: two different contexts never make the same key, whatever characters a state's name has.
fn from_context(context: &TaskContext) -> Option<String> {
    let parts = [context.execution.as_deref()?, context.state.as_deref()?, context.entered_at.as_deref()?];
    let key = parts.map(|part| format!("{}:{part}", part.len())).join("/");
    Some(match context.map_index {
        Some(index) => format!("{key}/{index}"),
        None => key,
    })
}

impl fmt::Display for BusinessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaskToken;

    fn context(execution: &str, state: &str, map_index: Option<u64>) -> TaskContext {
        TaskContext {
            execution: Some(execution.into()),
            state: Some(state.into()),
            entered_at: Some("2026-11-22T10:00:00.000Z".into()),
            retry_count: None,
            map_index,
        }
    }

    fn key(given: Option<&str>, context: &TaskContext, token: &str) -> BusinessKey {
        BusinessKey::derive(given.map(Into::into), context, &TaskToken::new(token).unwrap().attempt_id())
    }

    #[test]
    fn what_the_message_says_comes_first() {
        assert_eq!(key(Some("loan-42"), &context("e", "s", None), "t").as_str(), "loan-42");
    }

    #[test]
    fn a_retry_keeps_the_key_and_a_map_item_has_its_own() {
        let first = key(None, &context("e", "s", None), "token-1");
        let mut again = context("e", "s", None);
        again.retry_count = Some(1);
        assert_eq!(first, key(None, &again, "token-2"));
        assert_ne!(first, key(None, &context("e", "s", Some(0)), "token-1"));
    }

    #[test]
    fn separators_within_names_make_no_collision() {
        assert_ne!(key(None, &context("a/1:b", "c", None), "t"), key(None, &context("a", "b/1:c", None), "t"));
    }

    #[test]
    fn without_a_context_the_attempt_is_the_key() {
        let attempt = TaskToken::new("t").unwrap().attempt_id();
        assert_eq!(key(None, &TaskContext::default(), "t").as_str(), attempt.as_str());
        let partial = TaskContext { execution: Some("e".into()), ..TaskContext::default() };
        assert_eq!(key(None, &partial, "t").as_str(), attempt.as_str());
    }
}
