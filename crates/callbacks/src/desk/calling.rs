//! Calling a destination, and what follows of its response.

use serde_json::Value;
use tracing::{info, warn};

use super::Desk;
use crate::{
    CallError, CallReply, Callback, CallbackStore, CapabilityLink, Clock, ExternalId, Inbound, MachineAnswer,
    OutgoingCall, Outside, Recipient, Source, Webhook,
    machines::{NotSaid, Said},
    metrics::{self, Called},
};

/// What came of a call.
pub(super) enum CallEnd {
    /// The destination has taken it, and perhaps answered, or had answered before: the first of these counts.
    Taken(Vec<(MachineAnswer, Source)>),
    /// It is to be called again.
    NotTaken(CallError),
    /// It never will take it.
    Refused(String),
}

impl<S: CallbackStore, C: Send + Sync, O: Outside, K: Clock> Desk<S, C, O, K> {
    pub(super) async fn call(&self, callback: &Callback, webhook: &Webhook) -> CallEnd {
        let request = &callback.request;
        let link = CapabilityLink::new(&self.keys, request.id, Recipient::Destination, callback.state.generation);
        let end = match self.outside.call(&OutgoingCall { request, webhook, link }).await {
            Ok(reply) => self.taken(callback, webhook, &reply).await,
            Err(CallError::Refused { reason }) => CallEnd::Refused(reason),
            Err(again) => CallEnd::NotTaken(again),
        };
        let (id, destination) = (request.id, &webhook.destination);
        match &end {
            CallEnd::Taken(answers) => {
                metrics::call(Called::Taken);
                info!(callback.id = %id, destination, answered = !answers.is_empty(), "a destination has taken the call");
            }
            CallEnd::NotTaken(error) => {
                metrics::call(Called::NotTaken);
                warn!(callback.id = %id, destination, %error, "a destination has not taken the call; it is called again");
            }
            CallEnd::Refused(reason) => {
                metrics::call(Called::Refused);
                warn!(callback.id = %id, destination, reason, "a destination will not take the call; its task is failed");
            }
        }
        end
    }

    /// Reads a response: it may be the answer, and it may say by what name events speak of the task, some of which may have
    /// come before it.
    async fn taken(&self, callback: &Callback, webhook: &Webhook, reply: &CallReply) -> CallEnd {
        let body = reply.body.as_ref();
        let answer = match body.map(|body| answer_in(webhook, body)).transpose() {
            Ok(answer) => answer.flatten(),
            Err(problem) => return CallEnd::Refused(format!("the response cannot be understood: {problem}")),
        };
        let early = match body.and_then(|body| external_id(webhook, body)) {
            None => Vec::new(),
            // What came before the task began was about another, which the destination calls the same, such as a try of its
            // state that has failed.
            Some(external) => {
                match self.store.correlate(&external, callback.request.id, callback.request.began_at).await {
                    Ok(early) => early_answers(webhook, &early),
                    // Called again, it says the same: it knows repeated calls by their id.
                    Err(error) => {
                        return CallEnd::NotTaken(CallError::Again { reason: error.to_string(), after: None });
                    }
                }
            }
        };
        if body.is_none() && webhook.external_id_at.is_some() {
            warn!(callback.id = %callback.request.id, "the response is no JSON, so events cannot find their task");
        }
        CallEnd::Taken(answer.map(|answer| (answer, Source::Response)).into_iter().chain(early).collect())
    }
}

/// What a body answers, if it answers.
fn answer_in(webhook: &Webhook, body: &Value) -> Result<Option<MachineAnswer>, NotSaid> {
    match Said::of(webhook, body) {
        Ok(Some(Said::Answer(answer))) => Ok(Some(answer)),
        // That it is at work is known by now.
        Ok(Some(Said::Heartbeat) | None) | Err(NotSaid::NoOutcomes) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// What the destination calls the task, as its response says.
fn external_id(webhook: &Webhook, body: &Value) -> Option<ExternalId> {
    let id = ExternalId::at(&webhook.destination, body, webhook.external_id_at.as_ref()?);
    if id.is_none() {
        let destination = &webhook.destination;
        warn!(destination, "the response has no id where externalIdAt points, so events cannot find their task");
    }
    id
}

/// What the events answer that came too early, in the order in which they came.
fn early_answers(webhook: &Webhook, early: &[Inbound]) -> Vec<(MachineAnswer, Source)> {
    let answers = early.iter().filter_map(|event| {
        let answer = answer_in(webhook, event.body.as_ref()?);
        let answer = answer.inspect_err(|problem| warn!(%problem, "an early event cannot be understood")).ok()??;
        Some((answer, event.source()?))
    });
    answers.collect()
}
