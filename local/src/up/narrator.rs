//! Tells what happens while the bridge is up, one line for each thing.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::executions::Executions;
use super::lines::Lines;
use super::log_line::readable;
use crate::bureau::Inquiry;
use crate::demo::{steps, timeline};
use crate::provider::Dealing;
use crate::{ApiReply, Event, Journal, Line, Reader, Sample, Transcript};

/// How often executions are looked at.
const EVERY: Duration = Duration::from_millis(250);
/// Looking at thousands of them takes long. A rest of this many times as long leaves the local AWS to others.
const REST: u32 = 4;

/// Something that the bridge itself does: who, what, and what stands below that.
#[derive(Clone, Debug)]
pub(super) struct News {
    pub(super) who: &'static str,
    pub(super) what: String,
    pub(super) below: Vec<String>,
}

/// Hears of everything, each from where it happens.
#[derive(Debug)]
pub(super) struct Narrator {
    functions: Reader<Event>,
    printed: Reader<Line>,
    inquiries: Reader<Inquiry>,
    dealings: Reader<Dealing>,
    replies: Reader<ApiReply>,
    news: Reader<News>,
    executions: Executions,
    /// The ARNs of the state machines, which change with the stack.
    machines: watch::Receiver<Vec<String>>,
    lines: Mutex<Lines>,
}

impl Narrator {
    pub(super) fn new(
        sample: &Sample,
        transcript: &Transcript,
        news: &Journal<News>,
        machines: watch::Receiver<Vec<String>>,
    ) -> Self {
        Self {
            functions: sample.bridge.host().events().reader(),
            printed: transcript.tail(),
            inquiries: sample.bureau.tail(),
            dealings: sample.provider.tail(),
            replies: sample.bridge.api().replies().reader(),
            news: news.reader(),
            executions: Executions::new(sample.bridge.sfn()),
            machines,
            lines: Mutex::default(),
        }
    }

    /// Tells for as long as it is let.
    pub(super) async fn tell(self, tell: impl FnMut(&str)) -> Infallible {
        let Self { functions, printed, inquiries, dealings, replies, news, executions, machines, lines } = self;
        tokio::select! {
            biased; // what has been told is heard before more of the executions is
            never = listen(functions, printed, inquiries, dealings, replies, news, &lines) => never,
            never = look(executions, machines, &lines, tell) => never,
        }
    }
}

async fn listen(
    mut functions: Reader<Event>,
    mut printed: Reader<Line>,
    mut inquiries: Reader<Inquiry>,
    mut dealings: Reader<Dealing>,
    mut replies: Reader<ApiReply>,
    mut news: Reader<News>,
    lines: &Mutex<Lines>,
) -> Infallible {
    loop {
        tokio::select! {
            (at, event) = functions.next_stamped() => {
                if let Some((who, what)) = steps::of_function(&event) {
                    lock(lines).add(timeline::millis_since_1970(at), who, &what);
                }
            }
            (at, line) = printed.next_stamped() => {
                lock(lines).add(timeline::millis_since_1970(at), &line.source, &readable(&line.text));
            }
            (at, inquiry) = inquiries.next_stamped() => {
                let (who, what) = steps::of_bureau(&inquiry);
                lock(lines).add(timeline::millis_since_1970(at), who, &what);
            }
            (at, dealing) = dealings.next_stamped() => {
                if let Some((who, what)) = steps::of_provider(&dealing) {
                    lock(lines).add(timeline::millis_since_1970(at), who, &what);
                }
            }
            (at, reply) = replies.next_stamped() => {
                if let Some((who, what)) = steps::of_reply(&reply) {
                    lock(lines).add(timeline::millis_since_1970(at), who, &what);
                }
            }
            (at, news) = news.next_stamped() => {
                let at = timeline::millis_since_1970(at);
                let mut lines = lock(lines);
                lines.add(at, news.who, &news.what);
                news.below.iter().for_each(|line| lines.add_below(at, line));
            }
        }
    }
}

async fn look(
    mut executions: Executions,
    machines: watch::Receiver<Vec<String>>,
    lines: &Mutex<Lines>,
    mut tell: impl FnMut(&str),
) -> Infallible {
    loop {
        let (asked, asked_at) = (Instant::now(), timeline::now());
        let machines = machines.borrow().clone();
        let looked = executions.look(&machines, |(at, who, what)| lock(lines).add(at, who, &what)).await;
        if let Err(error) = looked {
            tracing::debug!(%error, "executions could not be looked at"); // if it lasts, the local AWS has ended
        }
        let told: Vec<String> = lock(lines).until(asked_at).collect();
        for line in &told {
            tell(line);
        }
        sleep(EVERY.max(asked.elapsed() * REST)).await;
    }
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
