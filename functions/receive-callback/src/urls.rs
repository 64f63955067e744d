//! What becomes of the URLs of actions.

use callback_bridge::{Disposition, TaskCallbacks};
use callbacks::{
    Answered, Callback, CallbackStore, Clock, HearError, MachineAnswer, Outcome, Outside, Source, Status,
    machines::Posted,
    outcomes::Meaning,
    pages::Response,
    urls::{Action, Actions, ErrorName, Invocation, Invoked, PostBody, Refused, Reply},
};
use lambda_http::http::{
    Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use tracing::{error, info};

use crate::{Door, visitor::Visitor};

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Door<S, C, O, K> {
    /// Answers a request to the URL of an action. By GET nothing is done: whatever follows links, as mail scanners do, follows
    /// this one, too.
    pub(crate) async fn url(&self, visitor: Visitor<'_>) -> Response {
        let accept = visitor.header(ACCEPT);
        let reply = self.reply(visitor, accept).await;
        Response::of_url(reply.unwrap_or_else(|refused| Reply::refused(&refused, accept)))
    }

    async fn reply(&self, visitor: Visitor<'_>, accept: Option<&str>) -> Result<Reply, Refused> {
        let posted = is_posted(visitor)?;
        let unknown = || Refused::new(ErrorName::InvalidPayload, "this URL leads nowhere");
        let link = self.desk.verified(visitor.link()).ok_or_else(unknown)?;
        let found = self.desk.action(&link).await.map_err(|error| {
            error!(callback.id = %link.id(), %error, "a URL cannot be followed");
            Refused::new(ErrorName::ServiceError, "the table of callbacks is in trouble: try again")
        })?;
        let (callback, set, at) = found.ok_or_else(unknown)?;
        let action = set.get(at).ok_or_else(unknown)?;

        let query = visitor.query();
        let body = PostBody { content_type: visitor.header(CONTENT_TYPE), bytes: visitor.body() };
        let switches = self.config.switches;
        let invocation = Invocation { set: &set, query: &query, body: posted.then_some(body), switches };
        let (invoked, now) = (action.invoked(&invocation), self.desk.now());
        let invoked = match invoked {
            // Whoever has answered is told the same again, also after the URL has expired.
            Ok(invoked) if is_answered_by(&callback, &invoked) => {
                return told(&callback, &set, action, &invoked, accept);
            }
            invoked => set.in_time(now).and(invoked)?,
        };
        if posted {
            return self.call(callback, &set, action, invoked, accept).await;
        }
        callback.state.waits(&callback.request, now).map_err(|why| Refused::from(&why))?;
        Ok(Reply::confirm(set.transaction_id(), action, &invoked, accept))
    }

    async fn call(
        &self,
        callback: Callback,
        set: &Actions,
        action: &Action,
        invoked: Invoked,
        accept: Option<&str>,
    ) -> Result<Reply, Refused> {
        let (id, transaction_id) = (callback.request.id, set.transaction_id());
        let source = Source::Url { transaction_id: transaction_id.to_string(), outcome: invoked.outcome.clone() };
        let heard = match answer_of(&invoked.meaning) {
            Some(answer) => self.desk.hear(callback, &answer, &source).await,
            None => self.desk.beat(callback).await.map(|callback| Answered { callback, before: false }),
        };
        let refused = |error, message| Err(Refused::new(error, message));
        match heard {
            Ok(Answered { callback, before: true }) if !is_answered_by(&callback, &invoked) => {
                info!(callback.id = %id, transaction.id = %transaction_id, "another action has answered the same before");
                refused(ErrorName::StepFunctionsError, "TaskTimedOut: another action has answered it already")
            }
            Ok(Answered { callback, .. }) => {
                info!(callback.id = %id, transaction.id = %transaction_id, "a URL was called");
                told(&callback, set, action, &invoked, accept)
            }
            Err(HearError::NotTaken(why, callback)) => {
                info!(callback.id = %id, transaction.id = %transaction_id, %why, "a URL was called too late");
                Err(not_waited_for(&callback).unwrap_or_else(|| Refused::from(&why)))
            }
            Err(HearError::Gone) => refused(ErrorName::StepFunctionsError, "TaskDoesNotExist: it ended long ago"),
            Err(HearError::NotBeaten) => {
                refused(ErrorName::ServiceError, "Step Functions has not taken the heartbeat: send it again")
            }
            Err(HearError::NotReported(_)) => {
                refused(ErrorName::ServiceError, "it came too late, and that could not be told: try again")
            }
            Err(HearError::Store(error)) => {
                error!(callback.id = %id, %error, "whether an answer is recorded is not known");
                refused(ErrorName::ServiceError, "whether it is recorded is not known: try again")
            }
        }
    }
}

/// Whether a URL is called, or only opened.
fn is_posted(visitor: Visitor<'_>) -> Result<bool, Refused> {
    match *visitor.method() {
        Method::GET | Method::HEAD => Ok(false),
        Method::POST if visitor.body().len() <= Posted::MOST_BYTES => Ok(true),
        Method::POST => {
            let problem = format!("a body has at most {} bytes", Posted::MOST_BYTES);
            Err(Refused::new(ErrorName::PayloadTooLarge, problem))
        }
        _ => Err(Refused::new(ErrorName::MethodNotAllowed, "a URL is opened by GET and called by POST")),
    }
}

/// What the caller is told about an answer that is recorded. Where Step Functions has said that nobody waits for it, that is an
/// error by the contract of sfn-callback-urls.
fn told(
    callback: &Callback,
    set: &Actions,
    action: &Action,
    invoked: &Invoked,
    accept: Option<&str>,
) -> Result<Reply, Refused> {
    let reply = || Reply::taken(set.transaction_id(), action, invoked.response.as_ref(), accept);
    not_waited_for(callback).map_or_else(|| Ok(reply()), Err)
}

/// What Step Functions has said where it did not take what came of the callback.
fn not_waited_for(callback: &Callback) -> Option<Refused> {
    let reply = match &callback.state.status {
        Status::Settled { disposition: Disposition::Closed, .. } => "TaskTimedOut: nobody waits for it any more",
        Status::Settled { disposition: Disposition::BadToken, .. } => {
            "InvalidToken: Step Functions does not know the token"
        }
        _ => return None,
    };
    Some(Refused::new(ErrorName::StepFunctionsError, reply))
}

/// Whether it was this that has answered the task: the same answer, by an action of the same name.
fn is_answered_by(callback: &Callback, invoked: &Invoked) -> bool {
    match callback.state.decision().map(|decision| &decision.outcome) {
        Some(Outcome::Answered { answer, source: Source::Url { outcome, .. } }) => {
            *outcome == invoked.outcome && answer_of(&invoked.meaning).as_ref() == Some(answer)
        }
        _ => false,
    }
}

/// What a task is answered with; nothing where it only goes on.
fn answer_of(meaning: &Meaning) -> Option<MachineAnswer> {
    match meaning.clone() {
        Meaning::Success { output } => Some(MachineAnswer::Success { output }),
        Meaning::Failure { error, cause } => Some(MachineAnswer::Failure { error, cause }),
        Meaning::Heartbeat => None,
    }
}
