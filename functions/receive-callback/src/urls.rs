//! What becomes of the URLs of actions.

use callback_bridge::{Disposition, TaskCallbacks};
use callbacks::{
    Answered, Callback, CallbackStore, Clock, HearError, Outside, Source, Status,
    machines::{Posted, Said},
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
        let unknown =
            || Refused::new(ErrorName::InvalidPayload, "this URL leads nowhere: look whether all of it was copied");
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
        let called = action.invoked(&invocation).map(|invoked| Called { set: &set, action, invoked, accept });
        let now = self.desk.now();
        let called = match called {
            // Whoever has answered is told the same again, also after the URL has expired.
            Ok(called) if called.has_answered(&callback) => return called.reply(&callback),
            called => set.in_time(now).and(called)?,
        };
        if posted {
            return self.call(callback, &called).await;
        }
        callback.state.waits(&callback.request, now).map_err(|why| Refused::from(&why))?;
        Ok(Reply::confirm(set.transaction_id(), action, &called.invoked, accept))
    }

    async fn call(&self, callback: Callback, called: &Called<'_>) -> Result<Reply, Refused> {
        let (id, transaction_id) = (callback.request.id, called.set.transaction_id());
        let refused = |error, message| Err(Refused::new(error, message));
        match self.desk.take(callback, &called.said(), &called.source()).await {
            Ok(Answered { callback, before }) => {
                info!(callback.id = %id, transaction.id = %transaction_id, before, "a URL was called");
                called.reply(&callback)
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

/// The URL of an action that is called, or opened, and what it means.
struct Called<'a> {
    set: &'a Actions,
    action: &'a Action,
    invoked: Invoked,
    accept: Option<&'a str>,
}

impl Called<'_> {
    fn said(&self) -> Said {
        self.invoked.meaning.clone().into()
    }

    fn source(&self) -> Source {
        Source::Url { transaction_id: self.set.transaction_id(), outcome: self.invoked.outcome.clone() }
    }

    /// Whether it was this that has answered the task.
    fn has_answered(&self, callback: &Callback) -> bool {
        match self.said() {
            Said::Answer(answer) => callback.state.has_taken(&answer, &self.source()),
            Said::Heartbeat => false,
        }
    }

    /// What the caller is told when it is taken. Where Step Functions has said that nobody waits for it, that is an error by
    /// the contract of sfn-callback-urls.
    fn reply(&self, callback: &Callback) -> Result<Reply, Refused> {
        let Self { set, action, invoked, accept } = self;
        let taken = || Reply::taken(set.transaction_id(), action, invoked.response.as_ref(), *accept);
        not_waited_for(callback).map_or_else(|| Ok(taken()), Err)
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
