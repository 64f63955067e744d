//! Tasks of activities, which wait until somebody asks for them, and the queues that they are sent to.

use std::{fmt, time::Duration};

use aws_lambda_events::event::sqs::SqsMessage;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{MessageError, TaskMessage, TaskToken, is_of_credentials};

/// The longest that asking an activity for a task may take. Step Functions keeps a call open for a minute, and wants its callers
/// to be patient for five seconds more
/// ([GetActivityTask](https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html)).
pub const LONGEST_POLL: Duration = Duration::from_secs(70);

/// An activity, as a poller sees it.
pub trait ActivityTasks: Send + Sync {
    /// The next task, if one comes within a minute: GetActivityTask. One call is one try, and takes [`LONGEST_POLL`] at most.
    ///
    /// Step Functions gives a task out once: whoever drops the future before it is ready may lose one.
    ///
    /// # Errors
    /// When it is not known that there is no task.
    fn next(&self) -> impl Future<Output = Result<Option<ActivityTask>, PollError>> + Send;
}

/// A task that an activity has given out. `Debug` prints neither its token nor its input.
#[derive(Clone, PartialEq, Eq)]
pub struct ActivityTask {
    /// What answers the task.
    pub token: TaskToken,
    /// The input of the state, as JSON.
    pub input: String,
}

impl fmt::Debug for ActivityTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActivityTask({:?}, {} bytes)", self.token, self.input.len())
    }
}

impl ActivityTask {
    /// The task as a message for a worker's queue, in the form of `docs/messages.md`: its token, its input to the letter, and the
    /// `HeartbeatSeconds` of its state, which the task itself does not tell. It does not tell its execution either.
    ///
    /// # Errors
    /// When no worker could read that message, as when the input is too deep, or has a number beyond all doubles.
    pub fn message(&self, heartbeat: Option<Duration>) -> Result<String, NoMessage> {
        let body = Body {
            task_token: self.token.expose(),
            input: serde_json::from_str(&self.input)?,
            heartbeat_seconds: heartbeat.map(|heartbeat| heartbeat.as_secs()),
        };
        let mut message = SqsMessage::default();
        message.body = Some(serde_json::to_string(&body)?);
        TaskMessage::read(&message, None)?;
        Ok(message.body.unwrap_or_default())
    }
}

/// What is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    task_token: &'a str,
    input: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat_seconds: Option<u64>,
}

/// Why a task has no form as a message.
#[derive(Debug, thiserror::Error)]
pub enum NoMessage {
    /// The input cannot be read.
    #[error("the input cannot be read: {0}")]
    Input(#[from] serde_json::Error),
    /// The message could not be read by a worker.
    #[error("no worker could read the message: {0}")]
    Message(#[from] MessageError),
}

/// Why an activity was not asked for a task, or its reply is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// Not now.
    #[error("{code}: ask again later")]
    Throttled {
        /// The error code.
        code: String,
    },
    /// Never, until somebody mends the credentials, the activity's key or ARN, or a grant.
    #[error("{code}: {}", to_be_mended(code))]
    Refused {
        /// The error code, or [`NO_CREDENTIALS`](crate::NO_CREDENTIALS).
        code: String,
    },
    /// There was no reply that could be used. A task that it held is lost.
    #[error("{reason}")]
    Unheard {
        /// What was instead of a reply.
        reason: String,
    },
}

/// What is wrong when a poll is refused with this code.
fn to_be_mended(code: &str) -> &'static str {
    if is_of_credentials(code) {
        "check the credentials"
    } else if code.starts_with("Kms") {
        "check the activity's KMS key, and the grants for it"
    } else {
        "check the activity's ARN, and the grant for states:GetActivityTask on it"
    }
}

/// The queue of workers that tasks are sent to.
pub trait TaskQueue: Send + Sync {
    /// Sends a message: SendMessage. One call is one try.
    ///
    /// # Errors
    /// When the queue has not taken it, as far as is known.
    fn send(&self, body: &str) -> impl Future<Output = Result<(), SendError>> + Send;
}

/// Why a queue has not taken a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It will never take this one.
    #[error("the queue refuses the message: {code}")]
    Refused {
        /// The error code.
        code: String,
    },
    /// Something else is wrong, so that it may take it later: a throttled call, no reply, a missing grant.
    #[error("the queue has not taken the message: {reason}")]
    NotTaken {
        /// The error code, or what was instead of a reply.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAA";

    fn task(input: &str) -> ActivityTask {
        ActivityTask { token: TaskToken::new(TOKEN).unwrap(), input: input.to_owned() }
    }

    fn read(body: String) -> TaskMessage {
        let mut message = SqsMessage::default();
        message.body = Some(body);
        TaskMessage::read(&message, None).unwrap()
    }

    #[test]
    fn a_message_says_the_heartbeat_where_it_is_known() {
        let message = |heartbeat| read(task("{}").message(heartbeat).unwrap()).heartbeat;
        assert_eq!(message(None), None);
        assert_eq!(message(Some(Duration::from_mins(5))), Some(Duration::from_mins(5)));
    }

    #[test]
    fn the_input_goes_to_the_letter() {
        let input = r#"{"id":12345678901234567890123,"score":1.00, "rate":0.12345678901234567890,"z":1,"a":1,"z":2}"#;
        let body = task(input).message(Some(Duration::from_mins(1))).unwrap();
        assert_eq!(body, format!(r#"{{"taskToken":"{TOKEN}","input":{input},"heartbeatSeconds":60}}"#));
    }

    #[test]
    fn the_input_chooses_neither_token_nor_heartbeat() {
        let input = r#"{"taskToken":"another","heartbeatSeconds":1,"context":{"execution":"another"}}"#;
        let read = read(task(input).message(None).unwrap());
        assert_eq!((read.token.expose(), read.heartbeat, read.context.execution.as_deref()), (TOKEN, None, None));
    }

    /// `serde_json` reads 127 levels, and the input is one below the message.
    #[test]
    fn what_no_worker_could_read_is_no_message() {
        let nested = |levels: usize| task(&format!("{}{}", "[".repeat(levels), "]".repeat(levels))).message(None);
        assert!(nested(126).is_ok());
        assert!(matches!(nested(127), Err(NoMessage::Message(_))));
        assert!(matches!(task("1e400").message(None), Err(NoMessage::Message(_))));
        assert!(matches!(task("").message(None), Err(NoMessage::Input(_))));
        assert!(matches!(task("1,\"taskToken\":2").message(None), Err(NoMessage::Input(_))));
    }

    #[test]
    fn nothing_of_a_task_is_printed() {
        let printed = format!("{:?}", task("\"personal\""));
        assert!(!printed.contains(TOKEN) && !printed.contains("personal"), "{printed}");
    }

    #[test]
    fn a_refusal_says_what_is_to_be_mended() {
        for (code, mended) in [
            ("ExpiredTokenException", "the credentials"),
            ("UnrecognizedClientException", "the credentials"),
            (crate::NO_CREDENTIALS, "the credentials"),
            ("KmsAccessDeniedException", "KMS key"),
            ("KmsInvalidStateException", "KMS key"),
            ("AccessDeniedException", "the grant for states:GetActivityTask"),
            ("ActivityDoesNotExist", "the activity's ARN"),
        ] {
            let told = PollError::Refused { code: code.to_owned() }.to_string();
            assert!(told.starts_with(&format!("{code}: check ")) && told.contains(mended), "{told}");
            assert_eq!(told.contains("credentials"), mended == "the credentials", "{told}");
        }
    }

    /// As text: what has become a value has lost digits.
    fn any_json() -> impl Strategy<Value = String> {
        let text = |text: &str| Value::from(text).to_string();
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<bool>().prop_map(|bool| bool.to_string()),
            r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?(e[+-]?[0-9]{1,2})?",
            ".{0,12}".prop_map(move |string| text(&string)),
        ];
        let name = prop_oneof![".{0,8}", Just("taskToken".to_owned()), Just("input".to_owned())];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            let field =
                (name.clone(), inner.clone()).prop_map(move |(name, value)| format!("{}: {value}", text(&name)));
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(","))),
                prop::collection::vec(field, 0..4).prop_map(|fields| format!("{{{}}}", fields.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_worker_is_sent_the_token_and_the_input_that_the_activity_gave(input in any_json()) {
            let body = task(&input).message(None).unwrap();
            let sent: BTreeMap<&str, &RawValue> = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(sent["input"].get(), &input);
            let read = read(body.clone());
            prop_assert_eq!(read.token.expose(), TOKEN);
            prop_assert_eq!(read.into_input(), serde_json::from_str::<Value>(&input).unwrap());
        }
    }
}
