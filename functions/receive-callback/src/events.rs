//! What becomes of signed events of registered senders.

use callback_bridge::TaskCallbacks;
use callbacks::{
    CallbackId, CallbackStore, Clock, ExternalId, Inbound, InboundFrom, InboundKey, Outside,
    machines::{NotSaid, Posted, Reply, Said},
    pages::Problem,
    signed::{ID, SIGNATURE, SignatureError, SignedHeaders, TIMESTAMP},
};
use lambda_http::http::{HeaderName, Method, header::CONTENT_TYPE};
use tracing::{error, warn};

use crate::{Door, visitor::Visitor};

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Door<S, C, O, K> {
    /// Answers an event. What is not of who it says is refused before anything is read.
    pub(crate) async fn event(&self, visitor: Visitor<'_>, name: &str) -> Reply {
        let inbound = match self.signed_event(visitor, name) {
            Ok(inbound) => inbound,
            Err((problem, detail)) => {
                warn!(
                    webhook.sender = self.senders.get(name).map(|_| name),
                    problem = problem.type_uri(),
                    "an event was refused"
                );
                return Reply::problem(problem, detail.as_deref());
            }
        };
        let Some(external) = inbound.about.clone() else {
            return Reply::ignored("it has no id where externalIdAt of its sender points");
        };
        self.once(&inbound, async || self.apply(&inbound, &external).await).await
    }

    fn signed_event(&self, visitor: Visitor<'_>, name: &str) -> Result<Inbound, (Problem, Option<String>)> {
        if *visitor.method() != Method::POST {
            return Err((Problem::MethodNotAllowed, None));
        }
        let sender = self.senders.get(name).ok_or((Problem::UnknownSender, None))?;
        if visitor.body().len() > Posted::MOST_BYTES {
            return Err((Problem::TooLarge, None));
        }
        let header = |name: &'static str| visitor.header(HeaderName::from_static(name));
        let id = header(ID);
        let headers = SignedHeaders { id, timestamp: header(TIMESTAMP), signature: header(SIGNATURE) };
        let now = self.desk.now();
        sender.verify(headers, visitor.body(), now).map_err(|error| match error {
            SignatureError::TooOld | SignatureError::InTheFuture => (Problem::Stale, Some(error.to_string())),
            error => (Problem::BadSignature, Some(error.to_string())),
        })?;
        let body = Posted::json(visitor.header(CONTENT_TYPE), visitor.body());
        let body = body.map_err(|(problem, detail)| (problem, Some(detail)))?;
        let about = sender.task_of(&body);
        let key = InboundKey { from: InboundFrom::Sender(name.to_owned()), id: id.unwrap_or_default().to_owned() };
        Ok(Inbound { key, digest: Inbound::digest_of("", visitor.body()), about, body: Some(body), at: now })
    }

    /// Applies an event that is kept. Where its task is not known yet, whoever comes to know it finds the event.
    async fn apply(&self, inbound: &Inbound, external: &ExternalId) -> Reply {
        let callback = match self.desk.find(external).await {
            Ok(Some(callback)) => callback,
            Ok(None) => return Reply::kept(),
            Err(error) => {
                error!(%error, "the task of an event cannot be looked for");
                return Reply::problem(Problem::Unavailable, None);
            }
        };
        let (Some(webhook), Some(body), Some(source)) = (callback.request.webhook(), &inbound.body, inbound.source())
        else {
            return Reply::ignored("it is about no task that waits for a webhook");
        };
        match Said::of(webhook, body) {
            Ok(Some(said)) => self.take_said(callback, said, &source).await.to_event(),
            Ok(None) => ignored(&NotSaid::NoOutcome, &callback.request.id),
            Err(problem @ (NotSaid::NoOutcomes | NotSaid::NoOutcome)) => ignored(&problem, &callback.request.id),
            Err(problem) => Reply::problem(Problem::NotUnderstood, Some(&problem.to_string())),
        }
    }
}

/// A sender has more to tell than what a task waits for.
fn ignored(why: &NotSaid, id: &CallbackId) -> Reply {
    warn!(callback.id = %id, %why, "an event says nothing about its task");
    Reply::ignored(&why.to_string())
}
