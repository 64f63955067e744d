//! What is answered to whoever comes by a link.

use callback_bridge::TaskCallbacks;
use callbacks::{
    AnswerError, Callback, CallbackStore, CapabilityLink, Clock, Desk, Notifier,
    metrics::{PAGES, PageResult},
    pages::{Page, Problem, Submission},
};
use lambda_http::{
    Body, Request, Response,
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
};
use tracing::{error, info};

use crate::{Config, visitor::Visitor};

/// The one way in for people: links are opened here, and answered.
#[derive(Debug)]
pub struct Door<S, C, N, K> {
    desk: Desk<S, C, N, K>,
    config: Config,
}

impl<S: CallbackStore, C: TaskCallbacks, N: Notifier, K: Clock> Door<S, C, N, K> {
    /// A door to what is parked at this desk.
    pub const fn new(desk: Desk<S, C, N, K>, config: Config) -> Self {
        Self { desk, config }
    }

    /// Answers a request, whatever it is.
    pub async fn answer(&self, request: &Request) -> Response<Body> {
        let visitor = Visitor(request);
        let sent = match *request.method() {
            Method::GET | Method::HEAD => self.show(visitor).await,
            Method::POST => self.take(visitor).await,
            _ => visitor.page(&Page::from(Problem::MethodNotAllowed)),
        };
        PAGES.count(PageResult::of(sent.status).into());
        info!(http.method = %request.method(), http.status = sent.status, "a request was answered");
        let body = if request.method() == Method::HEAD { Body::Empty } else { Body::Text(sent.body) };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(sent.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in sent.headers {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// Shows what a link leads to. Nothing is changed.
    async fn show(&self, visitor: Visitor<'_>) -> callbacks::pages::Response {
        match self.find(&visitor).await {
            Ok((link, callback)) => visitor.page(&Page::opened(&callback, link.recipient().approver, self.desk.now())),
            Err(problem) => visitor.page(&Page::from(problem)),
        }
    }

    /// Takes an answer. What can be refused without the table is refused before.
    async fn take(&self, visitor: Visitor<'_>) -> callbacks::pages::Response {
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
        let (link, callback) = match self.find(&visitor).await {
            Ok(found) => found,
            Err(problem) => return visitor.page(&Page::from(problem)),
        };
        let approver = link.recipient().approver;
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
                    Ok((_, callback)) => refused(Problem::NotRecorded, &callback),
                    Err(_) => visitor.page(&Page::from(Problem::MaybeRecorded)),
                }
            }
        }
    }

    async fn find(&self, visitor: &Visitor<'_>) -> Result<(CapabilityLink, Callback), Problem> {
        match self.desk.look(visitor.link()).await {
            Ok(found) => found.ok_or(Problem::UnknownLink),
            Err(error) => {
                error!(%error, "a link cannot be followed");
                Err(Problem::Unavailable)
            }
        }
    }
}
