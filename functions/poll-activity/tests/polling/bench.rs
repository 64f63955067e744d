//! An activity and a queue that do as they are told, and remember what was asked of them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use callback_bridge::{
    ActivityTask, ActivityTasks, PollError, SendError, TaskQueue, TaskToken,
    test_util::{RecordingCallbacks, invocation},
};
use poll_activity::{PollActivity, PollFailed, Settings};
use tokio::time::{Instant, sleep};

/// What every token of these tests begins with.
pub(crate) const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAA";
/// How long Step Functions keeps a poll open.
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
/// The timeout of the function.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(140);

/// A reply to a poll, and how long it takes.
pub(crate) type Reply = (Duration, Result<Option<ActivityTask>, PollError>);

/// An activity that gives these replies, and afterwards nothing, after a minute each time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scripted(Arc<Mutex<Polls>>);

#[derive(Debug, Default)]
struct Polls {
    replies: VecDeque<Reply>,
    begun: Vec<Instant>,
    given: usize,
    ended: usize,
}

impl Scripted {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(Arc::new(Mutex::new(Polls { replies: replies.into_iter().collect(), ..Polls::default() })))
    }

    /// When each poll began.
    pub(crate) fn begun(&self) -> Vec<Instant> {
        self.lock().begun.clone()
    }

    /// How many tasks were given out.
    pub(crate) fn given(&self) -> usize {
        self.lock().given
    }

    /// How many polls were begun and not waited for.
    pub(crate) fn dropped(&self) -> usize {
        let polls = self.lock();
        polls.begun.len() - polls.ended
    }

    fn lock(&self) -> MutexGuard<'_, Polls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ActivityTasks for Scripted {
    async fn next(&self) -> Result<Option<ActivityTask>, PollError> {
        let (latency, reply) = {
            let mut polls = self.lock();
            polls.begun.push(Instant::now());
            polls.replies.pop_front().unwrap_or((MINUTE, Ok(None)))
        };
        sleep(latency).await;
        let mut polls = self.lock();
        polls.ended += 1;
        polls.given += usize::from(matches!(reply, Ok(Some(_))));
        reply
    }
}

/// A queue that gives these replies, and afterwards takes everything, or nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<Sends>>);

#[derive(Debug, Default)]
struct Sends {
    replies: VecDeque<Result<(), SendError>>,
    is_back: Option<Instant>,
    latency: Duration,
    taken: Vec<String>,
}

impl Queue {
    pub(crate) fn replying(replies: impl IntoIterator<Item = Result<(), SendError>>) -> Self {
        Self(Arc::new(Mutex::new(Sends { replies: replies.into_iter().collect(), ..Sends::default() })))
    }

    /// Takes nothing.
    pub(crate) fn away() -> Self {
        Self::away_for(Duration::from_hours(1))
    }

    /// Takes nothing for so long, and then everything.
    pub(crate) fn away_for(time: Duration) -> Self {
        Self(Arc::new(Mutex::new(Sends { is_back: Some(Instant::now() + time), ..Sends::default() })))
    }

    pub(crate) fn taking(self, latency: Duration) -> Self {
        self.lock().latency = latency;
        self
    }

    /// The messages that were taken.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.lock().taken.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Sends> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TaskQueue for Queue {
    async fn send(&self, body: &str) -> Result<(), SendError> {
        let latency = self.lock().latency;
        sleep(latency).await;
        let mut sends = self.lock();
        let is_away = sends.is_back.is_some_and(|back| Instant::now() < back);
        let reply = if is_away { Err(not_taken()) } else { sends.replies.pop_front().unwrap_or(Ok(())) };
        if reply.is_ok() {
            sends.taken.push(body.to_owned());
        }
        reply
    }
}

pub(crate) fn not_taken() -> SendError {
    SendError::NotTaken { reason: "AccessDenied".to_owned() }
}

/// A task whose input is its number.
pub(crate) fn task(number: usize) -> ActivityTask {
    given(number, &number.to_string())
}

pub(crate) fn given(number: usize, input: &str) -> ActivityTask {
    ActivityTask { token: TaskToken::new(format!("{TOKEN}{number}")).unwrap(), input: input.to_owned() }
}

/// A reply that comes at once.
pub(crate) fn at_once(reply: Result<Option<ActivityTask>, PollError>) -> Reply {
    (Duration::from_millis(10), reply)
}

/// What an invocation came to, and how long it took.
pub(crate) async fn poll(
    activity: &Scripted,
    queue: &Queue,
    callbacks: &RecordingCallbacks,
    open_polls: usize,
    timeout: Duration,
) -> (Result<(), PollFailed>, Duration) {
    let settings = Settings { open_polls: open_polls.try_into().unwrap(), heartbeat: Some(Duration::from_mins(5)) };
    poll_by(settings, activity, queue, callbacks, timeout).await
}

pub(crate) async fn poll_by(
    settings: Settings,
    activity: &Scripted,
    queue: &Queue,
    callbacks: &RecordingCallbacks,
    timeout: Duration,
) -> (Result<(), PollFailed>, Duration) {
    let poll = PollActivity::new(activity.clone(), queue.clone(), callbacks.clone(), settings);
    let began = Instant::now();
    let ended = poll.handle(invocation(timeout)).await;
    (ended, began.elapsed())
}
