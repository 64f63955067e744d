//! What machines are told that come by a link, and what becomes of their answers.

use callback_bridge::TaskCallbacks;
use callbacks::{
    Answered, Callback, CallbackStore, Clock, First, HearError, Inbound, InboundFrom, InboundKey, Outside, Recipient,
    Source,
    machines::{Posted, Reply, Said, Way},
    pages::Problem,
};
use lambda_http::http::{HeaderName, Method, header::CONTENT_TYPE};
use tracing::{error, info};

use crate::{Door, visitor::Visitor};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in bytes.
const MOST_KEY: usize = 256;

/// What a machine has sent.
struct Sent {
    posted: Posted,
    /// What it knows it by, if it says so.
    key: Option<String>,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Door<S, C, O, K> {
    /// Answers a request to what stands behind a machine's link. What can be refused without the table is refused before.
    pub(crate) async fn machine(&self, visitor: Visitor<'_>, way: &str) -> Reply {
        let request = match Self::read(visitor, way) {
            Ok(request) => request,
            Err(refused) => return refused,
        };
        let callback = match self.its_callback(visitor).await {
            Ok(callback) => callback,
            Err(problem) => return Reply::problem(problem, None),
        };
        let Some(Sent { posted, key }) = request else { return Reply::standing(&callback, self.desk.now()) };
        let Some(id) = key else { return self.take_posted(callback, posted).await };
        let key = InboundKey { from: InboundFrom::Link(callback.request.id), id };
        let digest = Inbound::digest_of(way, visitor.body());
        let inbound = Inbound { key, digest, about: None, body: None, at: self.desk.now() };
        self.once(&inbound, async || self.take_posted(callback.clone(), posted.clone()).await).await
    }

    /// What is posted; nothing by GET.
    fn read(visitor: Visitor<'_>, way: &str) -> Result<Option<Sent>, Reply> {
        let refused = |problem| Reply::problem(problem, None);
        let way: Way = way.parse().map_err(|_| refused(Problem::UnknownLink))?;
        match *visitor.method() {
            Method::GET | Method::HEAD => return Ok(None),
            Method::POST if visitor.is_cross_site() => return Err(refused(Problem::CrossSite)),
            Method::POST => {}
            _ => return Err(refused(Problem::MethodNotAllowed)),
        }
        let posted = Posted::read(way, visitor.header(CONTENT_TYPE), visitor.body());
        let posted = posted.map_err(|(problem, detail)| Reply::problem(problem, Some(&detail)))?;
        Ok(Some(Sent { posted, key: key(visitor)? }))
    }

    async fn its_callback(&self, visitor: Visitor<'_>) -> Result<Callback, Problem> {
        let link = self.desk.verified(visitor.link()).filter(|link| link.recipient() == Recipient::Destination);
        let link = link.ok_or(Problem::UnknownLink)?;
        let callback = self.desk.follow(&link).await.map_err(|error| {
            error!(callback.id = %link.id(), %error, "a link cannot be followed");
            Problem::Unavailable
        })?;
        callback.ok_or(Problem::UnknownLink)
    }

    async fn take_posted(&self, callback: Callback, posted: Posted) -> Reply {
        let Some(webhook) = callback.request.webhook() else { return Reply::problem(Problem::UnknownLink, None) };
        match posted.said(webhook) {
            Ok(said) => self.take_said(callback, said, &Source::Link).await,
            Err(problem) => Reply::problem(Problem::NotUnderstood, Some(&problem.to_string())),
        }
    }

    /// Passes on what a machine says, however it came.
    pub(crate) async fn take_said(&self, callback: Callback, said: Said, source: &Source) -> Reply {
        let id = callback.request.id;
        match self.desk.take(callback, &said, source).await {
            Ok(Answered { callback, before }) => {
                let heartbeat = said == Said::Heartbeat;
                info!(callback.id = %id, before, heartbeat, "a machine was heard");
                Reply::standing(&callback, self.desk.now())
            }
            Err(HearError::NotTaken(why, callback)) => {
                info!(callback.id = %id, %why, "a machine came too late");
                Reply::not_taken(&why, &callback, self.desk.now())
            }
            Err(HearError::Gone) => Reply::problem(Problem::UnknownLink, None),
            Err(HearError::NotBeaten) => Reply::problem(Problem::NotBeaten, None),
            Err(HearError::NotReported(_)) => Reply::problem(Problem::Unavailable, None), // told where it happened
            Err(HearError::Store(error)) => {
                error!(callback.id = %id, %error, "whether an answer is recorded is not known");
                Reply::problem(Problem::MaybeRecorded, None)
            }
        }
    }

    /// Answers what came, and when it comes again as before.
    pub(crate) async fn once(&self, inbound: &Inbound, answer: impl AsyncFnOnce() -> Reply) -> Reply {
        match self.desk.keep(inbound).await {
            Ok(First::Again(reply)) => Reply::again(reply),
            Ok(First::Other) => Reply::problem(Problem::KeyReused, None),
            Ok(First::New) => {
                let reply = answer().await;
                if let Some(first) = reply.to_keep() {
                    self.desk.replied(&inbound.key, &first).await;
                }
                reply
            }
            Err(error) => {
                error!(%error, "what a machine has sent could not be kept");
                Reply::problem(Problem::Unavailable, None)
            }
        }
    }
}

/// One that cannot be read is refused: whoever sends it relies on it.
fn key(visitor: Visitor<'_>) -> Result<Option<String>, Reply> {
    let Some(key) = visitor.raw_header(IDEMPOTENCY_KEY) else { return Ok(None) };
    match str::from_utf8(key) {
        Ok(key) if (1..=MOST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => {
            let problem = format!("Idempotency-Key must have 1 to {MOST_KEY} characters");
            Err(Reply::problem(Problem::NotUnderstood, Some(&problem)))
        }
    }
}
