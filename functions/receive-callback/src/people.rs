//! What people are shown who come by a link, and what becomes of their answers.

use callback_bridge::TaskCallbacks;
use callbacks::{
    AnswerError, Callback, CallbackStore, CapabilityLink, Clock, Outside, Recipient,
    machines::Reply,
    pages::{Page, Problem, Response, Submission},
};
use lambda_http::http::{Method, header::CONTENT_TYPE};
use tracing::{error, info};

use crate::{Door, visitor::Visitor};

/// What a link leads to.
enum Found {
    /// A question, and whose link it is.
    Person(u8, Callback),
    /// A task that a machine answers, which opens its link as it likes.
    Machine(Callback),
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Door<S, C, O, K> {
    pub(crate) async fn person(&self, visitor: Visitor<'_>) -> Response {
        match *visitor.method() {
            Method::GET | Method::HEAD => self.show(visitor).await,
            Method::POST => self.take(visitor).await,
            _ => visitor.page(&Page::from(Problem::MethodNotAllowed)),
        }
    }

    /// Shows what a link leads to. Nothing is changed.
    async fn show(&self, visitor: Visitor<'_>) -> Response {
        match self.find(&visitor).await {
            Ok((_, Found::Person(approver, callback))) => {
                visitor.page(&Page::opened(&callback, approver, self.desk.now()))
            }
            Ok((_, Found::Machine(callback))) => Reply::standing(&callback, self.desk.now()).response(),
            Err(problem) => visitor.page(&Page::from(problem)),
        }
    }

    /// Takes an answer. What can be refused without the table is refused before.
    async fn take(&self, visitor: Visitor<'_>) -> Response {
        let read = || {
            if visitor.is_cross_site() {
                return Err(Problem::CrossSite);
            }
            let person = visitor.signed_in_as(self.config.person_claim.as_deref())?;
            Ok((person, Submission::read(visitor.header(CONTENT_TYPE), visitor.body())?))
        };
        let (person, sent) = match read() {
            Ok(read) => read,
            Err(problem) => return visitor.page(&Page::from(problem)),
        };
        let (link, approver, callback) = match self.find(&visitor).await {
            Ok((link, Found::Person(approver, callback))) => (link, approver, callback),
            Ok((_, Found::Machine(_))) => {
                return Reply::problem(
                    Problem::MethodNotAllowed,
                    Some("a machine answers behind the link, by /answer"),
                )
                .response();
            }
            Err(problem) => return visitor.page(&Page::from(problem)),
        };
        let refused = |problem, callback: &Callback| {
            visitor.page(&Page::refused(problem, callback, approver, self.desk.now(), &sent))
        };
        let Some(answer) = sent.answer(person) else { return refused(Problem::ChoiceMissing, &callback) };
        match self.desk.answer(&link, callback, answer).await {
            Ok(answered) => {
                info!(callback.id = %link.id(), callback.approver = approver, before = answered.before, "an answer is recorded");
                visitor.page(&Page::answered(&answered.callback, approver, self.desk.now()))
            }
            Err(AnswerError::NotTaken(why, callback)) => {
                info!(callback.id = %link.id(), callback.approver = approver, %why, "an answer was not taken");
                refused(Problem::from(&why), &callback)
            }
            Err(AnswerError::Gone) => visitor.page(&Page::from(Problem::UnknownLink)),
            Err(AnswerError::Store(error)) => {
                error!(callback.id = %link.id(), callback.approver = approver, %error, "whether an answer is recorded is not known");
                // The page says that it is recorded if it is.
                match self.find(&visitor).await {
                    Ok((_, Found::Person(_, callback))) => refused(Problem::NotRecorded, &callback),
                    Ok((_, Found::Machine(_))) | Err(_) => visitor.page(&Page::from(Problem::MaybeRecorded)),
                }
            }
        }
    }

    async fn find(&self, visitor: &Visitor<'_>) -> Result<(CapabilityLink, Found), Problem> {
        let found = self.desk.look(visitor.link()).await.map_err(|error| {
            error!(%error, "a link cannot be followed");
            Problem::Unavailable
        })?;
        let (link, callback) = found.ok_or(Problem::UnknownLink)?;
        let found = match link.recipient() {
            Recipient::Approver(approver) => Found::Person(approver, callback),
            Recipient::Destination => Found::Machine(callback),
            Recipient::Action { .. } => return Err(Problem::UnknownLink), // its URL is another
        };
        Ok((link, found))
    }
}
