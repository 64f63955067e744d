//! Events about answers that came too late: EventBridge behind the port `LateAnswers`.

#[cfg(test)]
mod tests;

use std::time::Duration;

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_sdk_eventbridge::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    operation::put_events::PutEventsError,
    primitives::DateTime,
    types::PutEventsRequestEntry,
};
use callbacks::{LateAnswer, LateAnswers, ReportError, Source};
use serde_json::{Value, json};

use crate::{Error, Lambda};

/// `source` of the events.
const SOURCE: &str = "callback-bridge";
/// `detail-type` of the events.
const DETAIL_TYPE: &str = "Late Callback Answer";

/// Tells of late answers on an event bus. The form of the events is in `docs/schemas/late-answer.schema.json`.
///
/// An event whose reply is lost is sent again, so it may come twice. It holds no token and no link. With an answer of up to
/// 192 KiB, which is the largest that outcomes make of a body, it stays below what an event may have, 256 KiB.
#[derive(Debug, Clone)]
pub struct LateAnswerEvents {
    client: Client,
    bus: String,
}

impl LateAnswerEvents {
    /// Tells it on the event bus of this name. A call takes five seconds at most, retries included.
    #[must_use]
    pub fn new(config: &SdkConfig, bus: impl Into<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5));
        let config = Builder::from(config).timeout_config(timeouts.build()).build();
        Self { client: Client::from_conf(config), bus: bus.into() }
    }
}

impl LateAnswers for LateAnswerEvents {
    async fn report(&self, late: &LateAnswer<'_>) -> Result<(), ReportError> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(SOURCE)
            .detail_type(DETAIL_TYPE)
            .time(DateTime::from_secs(late.at.as_second()))
            .detail(detail(late).to_string());
        let reply = self.client.put_events().entries(entry.build()).send().await.map_err(|error| refused(&error))?;
        // The reply is 200 even then.
        match reply.entries().iter().find_map(|entry| entry.error_code()) {
            Some(code) => Err(not_taken(code)),
            None if reply.failed_entry_count() > 0 => Err(not_taken("no reason given")),
            None => Ok(()),
        }
    }
}

fn detail(late: &LateAnswer<'_>) -> Value {
    let LateAnswer { request, answer, source, reason, at } = late;
    json!({
        "callbackId": request.id,
        "execution": request.execution,
        "state": request.state,
        "destination": request.webhook().map(|webhook| &webhook.destination),
        "answeredAt": at,
        "source": way(source),
        "why": <&str>::from(reason),
        "answer": answer,
    })
}

fn way(source: &Source) -> Value {
    match source {
        Source::Response => json!({ "kind": "response" }),
        Source::Link => json!({ "kind": "link" }),
        Source::Url { transaction_id, outcome } => {
            json!({ "kind": "url", "transactionId": transaction_id, "outcome": outcome })
        }
        Source::Event { sender, id } => json!({ "kind": "event", "sender": sender, "id": id }),
    }
}

/// Reads the code of an error, never its message: what it repeats is not known.
fn refused(error: &SdkError<PutEventsError>) -> ReportError {
    match error {
        SdkError::TimeoutError(_) => not_taken("no reply in time"),
        SdkError::DispatchFailure(_) => not_taken("no connection, or it broke"),
        _ => not_taken(error.code().unwrap_or("no usable reply")),
    }
}

fn not_taken(code: &str) -> ReportError {
    let advice = match code {
        "AccessDeniedException" | "NotAuthorizedForSourceException" => ": grant events:PutEvents on the event bus",
        "ResourceNotFoundException" => ": the event bus does not exist",
        _ => "",
    };
    ReportError(format!("EventBridge did not take the event ({code}){advice}"))
}

/// What tells of late answers on the event bus `BRIDGE_EVENT_BUS_NAME`.
///
/// # Errors
/// When the variable is not set.
pub fn late_answers(lambda: &Lambda) -> Result<LateAnswerEvents, Error> {
    let bus: String = lambda.variables().required("BRIDGE_EVENT_BUS_NAME")?;
    Ok(LateAnswerEvents::new(lambda.aws_config(), bus))
}
