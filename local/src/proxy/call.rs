//! What is told of a call.

use std::sync::Arc;

use axum::http::request;
use callback_bridge::{AttemptId, TaskToken};
use serde_json::Value;

use super::CallFault;

/// Something that happened to a call. It never holds a task token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who called: a function's name in AWS, if a door of its own was opened for it.
    pub caller: Option<Arc<str>>,
    /// What was called: an operation of AWS, such as `SendTaskSuccess`, else the path.
    pub operation: Arc<str>,
    /// The attempt that the call is about, if it has a task token.
    pub attempt: Option<AttemptId>,
    /// What happened.
    pub what: CallEvent,
}

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallEvent {
    /// It came.
    Came,
    /// A fault strikes it.
    Struck(CallFault),
    /// The service has replied, whether or not the caller gets to hear of it.
    Replied {
        /// The status.
        status: u16,
        /// The error code, without a namespace, if the service refused the call and named one.
        error: Option<String>,
    },
    /// The service did not reply.
    Unanswered,
    /// Its reply is held back.
    Held,
    /// Its reply is held back no longer.
    LetGo,
}

impl Call {
    /// Whether Step Functions has accepted an answer to a task: SendTaskSuccess or SendTaskFailure.
    #[must_use]
    pub fn is_accepted_answer(&self) -> bool {
        let answers = matches!(&*self.operation, "SendTaskSuccess" | "SendTaskFailure");
        answers && matches!(self.what, CallEvent::Replied { status: 200, .. })
    }

    /// A call that comes.
    pub(super) fn coming(caller: Option<Arc<str>>, head: &request::Parts, body: &[u8]) -> Self {
        Self { caller, operation: operation(head, body).into(), attempt: attempt(body), what: CallEvent::Came }
    }

    /// What happens to it next.
    pub(super) fn then(&self, what: CallEvent) -> Self {
        Self { what, ..self.clone() }
    }
}

/// The [JSON protocols](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html) name the operation in a header, the
/// [query protocol](https://smithy.io/2.0/aws/protocols/aws-query-protocol.html) in the body.
fn operation(head: &request::Parts, body: &[u8]) -> String {
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let form = || str::from_utf8(body).ok()?.split('&').find_map(|field| field.strip_prefix("Action="));
    let name = target.and_then(|target| target.rsplit('.').next()).or_else(form);
    name.unwrap_or_else(|| head.uri.path()).to_owned()
}

fn attempt(body: &[u8]) -> Option<AttemptId> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let token = TaskToken::new(body.get("taskToken")?.as_str()?).ok()?;
    Some(token.attempt_id())
}

/// The error code in a reply of the JSON protocols.
pub(super) fn error_code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let code = body.get("__type")?.as_str()?;
    code.rsplit('#').next().map(str::to_owned)
}
