//! What becomes of the URLs of actions.

use callback_bridge::{Disposition, TaskCallbacks};
use callbacks::{
    Answered, Callback, CallbackStore, Clock, HearError, MachineAnswer, Outcome, Outside, Source, Status,
    machines::Posted,
    outcomes::Meaning,
    pages::{Page, Problem, Response},
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
        let posted = match *visitor.method() {
            Method::GET | Method::HEAD => false,
            Method::POST if visitor.body().len() <= Posted::MOST_BYTES => true,
            Method::POST => return visitor.page(&Page::from(Problem::TooLarge)),
            _ => return visitor.page(&Page::from(Problem::MethodNotAllowed)),
        };
        let accept = visitor.header(ACCEPT);
        let unknown = || visitor.page(&Page::from(Problem::UnknownLink));
        let Some(link) = self.desk.verified(visitor.link()) else { return unknown() };
        let (callback, set, at) = match self.desk.action(&link).await {
            Ok(Some(found)) => found,
            Ok(None) => return unknown(),
            Err(error) => {
                error!(callback.id = %link.id(), %error, "a URL cannot be followed");
                let problem = "the table of callbacks is in trouble: try again";
                return Response::of_url(refused(ErrorName::ServiceError, problem, accept));
            }
        };
        let Some(action) = set.get(at) else { return unknown() };
        let query = visitor.query();
        let body = PostBody { content_type: visitor.header(CONTENT_TYPE), bytes: visitor.body() };
        let (switches, now) = (self.config.switches, self.desk.now());
        let invocation = Invocation { set: &set, query: &query, body: posted.then_some(body), switches, now };
        let reply = match action.invoked(&invocation) {
            Ok(invoked) if posted => self.call(callback, &set, action, invoked, accept).await,
            Ok(invoked) => self.show_action(&callback, &set, action, &invoked, accept),
            Err(refused) => Reply::refused(&refused, accept),
        };
        Response::of_url(reply)
    }

    /// What would be done, or what has become of it.
    fn show_action(
        &self,
        callback: &Callback,
        set: &Actions,
        action: &Action,
        invoked: &Invoked,
        accept: Option<&str>,
    ) -> Reply {
        match callback.state.waits(&callback.request, self.desk.now()) {
            Ok(()) => Reply::confirm(set.transaction_id(), action, accept),
            Err(_) if is_answered_by(callback, invoked) => told(callback, set, action, invoked, accept),
            Err(why) => Reply::refused(&Refused::from(&why), accept),
        }
    }

    async fn call(
        &self,
        callback: Callback,
        set: &Actions,
        action: &Action,
        invoked: Invoked,
        accept: Option<&str>,
    ) -> Reply {
        let id = callback.request.id;
        let source = Source::Url { transaction_id: set.transaction_id().to_string(), outcome: invoked.outcome.clone() };
        let heard = match answer_of(&invoked.meaning) {
            Some(answer) => self.desk.hear(callback, &answer, &source).await,
            None => self.desk.beat(callback).await.map(|callback| Answered { callback, before: false }),
        };
        match heard {
            Ok(Answered { callback, before: true }) if !is_answered_by(&callback, &invoked) => {
                info!(callback.id = %id, transaction.id = %set.transaction_id(), "another action has answered the same before");
                refused(ErrorName::StepFunctionsError, "TaskTimedOut: another action has answered it already", accept)
            }
            Ok(Answered { callback, before }) => {
                info!(callback.id = %id, transaction.id = %set.transaction_id(), before, "a URL was called");
                told(&callback, set, action, &invoked, accept)
            }
            Err(HearError::NotTaken(why, _)) => {
                info!(callback.id = %id, transaction.id = %set.transaction_id(), %why, "a URL was called too late");
                Reply::refused(&Refused::from(&why), accept)
            }
            Err(HearError::Gone) => {
                refused(ErrorName::StepFunctionsError, "TaskDoesNotExist: it ended long ago", accept)
            }
            Err(HearError::NotBeaten) => {
                refused(ErrorName::ServiceError, "Step Functions has not taken the heartbeat: send it again", accept)
            }
            Err(HearError::NotReported(_)) => {
                refused(ErrorName::ServiceError, "it came too late, and that could not be told: try again", accept)
            }
            Err(HearError::Store(error)) => {
                error!(callback.id = %id, %error, "whether an answer is recorded is not known");
                refused(ErrorName::ServiceError, "whether it is recorded is not known: try again", accept)
            }
        }
    }
}

/// What the caller is told about an answer that is recorded. Where Step Functions has said that nobody waits for it, that is an
/// error by the contract of sfn-callback-urls.
fn told(callback: &Callback, set: &Actions, action: &Action, invoked: &Invoked, accept: Option<&str>) -> Reply {
    let ended = match &callback.state.status {
        Status::Settled { disposition: Disposition::Closed, .. } => Some("TaskTimedOut: nobody waits for it any more"),
        Status::Settled { disposition: Disposition::BadToken, .. } => {
            Some("InvalidToken: Step Functions does not know the token")
        }
        _ => None,
    };
    match ended {
        Some(ended) => refused(ErrorName::StepFunctionsError, ended, accept),
        None => Reply::taken(set.transaction_id(), action, invoked.response.as_ref(), accept),
    }
}

fn refused(error: ErrorName, message: &str, accept: Option<&str>) -> Reply {
    Reply::refused(&Refused::new(error, message), accept)
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
