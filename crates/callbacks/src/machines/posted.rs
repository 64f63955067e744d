//! What a machine sends by its link.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use strum::EnumString;

use crate::{
    MachineAnswer, Webhook,
    outcomes::Meaning,
    pages::{Problem, media_type},
};

/// What stands behind a link, and says what a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Way {
    /// The body says by itself what it means.
    Answer,
    /// An output.
    Success,
    /// An error and a cause.
    Failure,
    /// Nothing but that somebody is at work.
    Heartbeat,
}

/// What was sent, before it is known whether it can be taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Posted {
    /// A body of its own.
    Body(Value),
    /// What the way says.
    Meaning(Meaning),
}

/// What a machine says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// How the task has ended.
    Answer(MachineAnswer),
    /// That somebody is at work.
    Heartbeat,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Success {
    output: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    error: Option<String>,
    cause: Option<String>,
}

impl Posted {
    /// The largest body, in bytes.
    pub const MOST_BYTES: usize = 64 * 1024;

    /// Reads the body of a POST.
    ///
    /// # Errors
    /// [`Problem::TooLarge`], [`Problem::NotJson`], or [`Problem::NotUnderstood`] with what is wrong.
    pub fn read(way: Way, content_type: Option<&str>, body: &[u8]) -> Result<Self, (Problem, String)> {
        if body.len() > Self::MOST_BYTES {
            return Err((Problem::TooLarge, format!("it has {} bytes, more than {}", body.len(), Self::MOST_BYTES)));
        }
        match way {
            Way::Answer => Self::json(content_type, body).map(Self::Body),
            Way::Success => object(content_type, body).map(|Success { output }| Meaning::Success { output }.into()),
            Way::Failure if body.is_empty() => Ok(Meaning::Failure { error: None, cause: None }.into()),
            Way::Failure => {
                object(content_type, body).map(|Failure { error, cause }| Meaning::Failure { error, cause }.into())
            }
            Way::Heartbeat => Ok(Meaning::Heartbeat.into()),
        }
    }

    /// Reads a body of the sender's own, whatever its size is.
    ///
    /// # Errors
    /// [`Problem::NotJson`], or [`Problem::NotUnderstood`] with what is wrong.
    pub fn json(content_type: Option<&str>, body: &[u8]) -> Result<Value, (Problem, String)> {
        json(content_type, body)
    }

    /// What it means for a task that waits for this webhook.
    ///
    /// # Errors
    /// When nothing follows of it, and why.
    pub fn said(self, webhook: &Webhook) -> Result<Said, NotSaid> {
        match self {
            Self::Body(body) => Said::of(webhook, &body)?.ok_or(NotSaid::NoOutcome),
            Self::Meaning(meaning) => Said::meant(meaning),
        }
    }
}

impl From<Meaning> for Posted {
    fn from(meaning: Meaning) -> Self {
        Self::Meaning(meaning)
    }
}

/// Why a body says nothing about a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSaid {
    /// The message that asked names no outcomes.
    #[error("nobody has said what such a body means: say it by /success, /failure or /heartbeat behind the link")]
    NoOutcomes,
    /// It fits none of them.
    #[error("it fits the schema of none of the outcomes")]
    NoOutcome,
    /// It fits one, which cannot be made of it.
    #[error("{0}")]
    NotMapped(String),
}

impl Said {
    /// What a body means by the outcomes of a webhook; nothing if it fits none.
    ///
    /// # Errors
    /// When there are no outcomes, or what it fits cannot be made of it.
    pub fn of(webhook: &Webhook, body: &Value) -> Result<Option<Self>, NotSaid> {
        let outcomes = webhook.outcomes.as_ref().ok_or(NotSaid::NoOutcomes)?;
        let meaning = outcomes.meaning(body).map_err(|error| NotSaid::NotMapped(error.to_string()))?;
        meaning.map(Self::meant).transpose()
    }

    fn meant(meaning: Meaning) -> Result<Self, NotSaid> {
        match meaning {
            Meaning::Failure { error, cause } => MachineAnswer::failure(error, cause)
                .map(Self::Answer)
                .map_err(|field| NotSaid::NotMapped(field.to_string())),
            other => Ok(other.into()),
        }
    }
}

/// In the words of whoever has written the meaning, whatever they are.
impl From<Meaning> for Said {
    fn from(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Success { output } => Self::Answer(MachineAnswer::Success { output }),
            Meaning::Failure { error, cause } => Self::Answer(MachineAnswer::Failure { error, cause }),
            Meaning::Heartbeat => Self::Heartbeat,
        }
    }
}

/// A list would be read as the fields in their order.
fn object<T: DeserializeOwned>(content_type: Option<&str>, body: &[u8]) -> Result<T, (Problem, String)> {
    let fields = json(content_type, body)?;
    if body.trim_ascii_start().starts_with(b"[") {
        return Err((Problem::NotUnderstood, "it must be an object".to_owned()));
    }
    Ok(fields)
}

fn json<T: DeserializeOwned>(content_type: Option<&str>, body: &[u8]) -> Result<T, (Problem, String)> {
    if !is_json(content_type) {
        return Err((Problem::NotJson, "send it with content-type: application/json".to_owned()));
    }
    // The error of the parser names a place, and repeats what stands there only where that is the name of a field.
    serde_json::from_slice(body).map_err(|error| (Problem::NotUnderstood, error.to_string()))
}

/// Whether a content type says `application/json`, or something else that is written in JSON.
#[must_use]
pub fn is_json(content_type: Option<&str>) -> bool {
    let media_type = media_type(content_type.unwrap_or_default());
    media_type == "application/json" || media_type.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const JSON: Option<&str> = Some("application/json; charset=utf-8");

    #[test]
    fn each_way_has_a_body_of_its_own() {
        let success = Posted::read(Way::Success, JSON, br#"{ "output": null }"#);
        assert_eq!(success, Ok(Posted::Meaning(Meaning::Success { output: Value::Null })));
        let failure = Posted::read(Way::Failure, JSON, br#"{ "error": "Payment.Refused" }"#);
        let named = Meaning::Failure { error: Some("Payment.Refused".to_owned()), cause: None };
        assert_eq!(failure, Ok(Posted::Meaning(named)));
        let unnamed = Meaning::Failure { error: None, cause: None };
        assert_eq!(Posted::read(Way::Failure, None, b""), Ok(Posted::Meaning(unnamed)));
        assert_eq!(Posted::read(Way::Heartbeat, None, b"whatever"), Ok(Posted::Meaning(Meaning::Heartbeat)));
        let body = Posted::read(Way::Answer, Some("application/cloudevents+json"), br#"{ "status": "paid" }"#);
        assert_eq!(body, Ok(Posted::Body(json!({ "status": "paid" }))));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let large = vec![b' '; Posted::MOST_BYTES + 1];
        for (way, content_type, body, problem) in [
            (Way::Heartbeat, JSON, &large[..], Problem::TooLarge),
            (Way::Answer, Some("text/plain"), b"{}", Problem::NotJson),
            (Way::Success, None, br#"{ "output": 1 }"#, Problem::NotJson),
            (Way::Success, JSON, b"{}", Problem::NotUnderstood),
            (Way::Success, JSON, br#"{ "output": 1, "more": 2 }"#, Problem::NotUnderstood),
            (Way::Success, JSON, b" [1]", Problem::NotUnderstood),
            (Way::Failure, JSON, br#"{ "error": 3 }"#, Problem::NotUnderstood),
            (Way::Failure, JSON, br#"["Payment.Refused", "no money"]"#, Problem::NotUnderstood),
            (Way::Answer, JSON, b"{", Problem::NotUnderstood),
        ] {
            let refused = Posted::read(way, content_type, body).unwrap_err();
            assert_eq!(refused.0, problem, "{way:?}: {}", refused.1);
        }
    }

    #[test]
    fn an_error_that_only_others_give_is_not_taken() {
        let webhook = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
        for name in ["States.Timeout", "Bridge.Expired"] {
            let failure = Posted::Meaning(Meaning::Failure { error: Some(name.to_owned()), cause: None });
            assert!(matches!(failure.said(&webhook), Err(NotSaid::NotMapped(_))), "{name}");
        }
    }

    #[test]
    fn a_body_means_nothing_without_outcomes() {
        let webhook = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
        assert_eq!(Posted::Body(json!({ "status": "paid" })).said(&webhook), Err(NotSaid::NoOutcomes));
    }

    #[test]
    fn json_is_known_by_its_content_type() {
        for (content_type, json) in [
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/problem+json"), true),
            (Some("text/html"), false),
            (Some("text/plain; application/json"), false),
            (Some("application/jsonp"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(is_json(content_type), json, "{content_type:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_upsets_it(body: Vec<u8>, way in prop::sample::select(vec![Way::Answer, Way::Success, Way::Failure])) {
            let _ = Posted::read(way, JSON, &body);
        }
    }
}
