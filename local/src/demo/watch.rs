//! What happens to the execution, told while it does.

use std::collections::{HashMap, HashSet};
use std::{cell::RefCell, convert::Infallible};

use callbacks::CallbackId;
use jiff::Timestamp;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

use super::{
    Person, Step,
    steps::{self, Told},
    timeline::{self, Timeline},
};
use crate::{ParkedCallbacks, Sample, people::Mail, sample};

/// Tells what happens to an execution, until it has ended, and has the person decide.
pub(super) async fn watch(
    sample: &Sample,
    execution: &str,
    person: &Person,
    tell: &mut impl FnMut(&str),
) -> anyhow::Result<Vec<Step>> {
    let timeline = RefCell::new(Timeline::default());
    let (link, known) = oneshot::channel();
    let looker =
        Looker { sample, execution, timeline: &timeline, seen: Seen::default(), turn: Turn::new(person, link) };
    tokio::select! {
        biased; // what has been told is heard before more of the history is
        never = listen(sample, &timeline) => match never {},
        ended = async { tokio::try_join!(looker.look(tell), person.decide(known)) } => ended?,
    };
    Ok(timeline.into_inner().tell_all(tell))
}

/// Adds what functions, bureau, provider and HTTP API tell, as soon as they do.
async fn listen(sample: &Sample, timeline: &RefCell<Timeline>) -> Infallible {
    let mut functions = sample.bridge.host().events().reader();
    let mut calls = sample.bridge.proxy().calls().reader();
    let mut replies = sample.bridge.api().replies().reader();
    let mut inquiries = sample.bureau.inquiries().reader();
    let mut dealings = sample.provider.dealings().reader();
    let mut parking = steps::Parking::default();
    loop {
        let (at, told) = tokio::select! {
            (at, event) = functions.next_stamped() => (at, steps::of_function(&event)),
            (at, call) = calls.next_stamped() => (at, parking.of_call(&call)),
            (at, reply) = replies.next_stamped() => (at, steps::of_reply(&reply)),
            (at, inquiry) = inquiries.next_stamped() => (at, Some(steps::of_bureau(&inquiry))),
            (at, dealing) = dealings.next_stamped() => (at, steps::of_provider(&dealing)),
        };
        timeline.borrow_mut().add(timeline::millis_since_1970(at), told);
    }
}

/// Looks at what nobody tells of itself: the execution's history, the mails, and the decisions.
struct Looker<'a> {
    sample: &'a Sample,
    execution: &'a str,
    timeline: &'a RefCell<Timeline>,
    seen: Seen,
    turn: Turn<'a>,
}

/// How much of each was told.
#[derive(Default)]
struct Seen {
    events: usize,
    mails: usize,
    answers: HashMap<CallbackId, usize>,
    decided: HashSet<CallbackId>,
}

impl Looker<'_> {
    /// Adds what is new, and tells what is settled, until the execution has ended.
    async fn look(mut self, tell: &mut impl FnMut(&str)) -> anyhow::Result<()> {
        let callbacks = ParkedCallbacks::of(&self.sample.bridge)?;
        loop {
            let (looked, asked_at) = (Instant::now(), timeline::now());
            let history = self.sample.history_of(self.execution).await?;
            self.add_mails().await?;
            self.add_decisions(&callbacks).await?;
            for event in &history[self.seen.events..] {
                self.add(event.timestamp.to_millis()?, steps::of_execution(event));
            }
            self.seen.events = history.len();
            self.timeline.borrow_mut().tell_until(asked_at, tell);
            self.turn.come(asked_at, tell);
            if history.last().is_some_and(steps::is_last) {
                sleep(sample::EVERY).await; // for what others have yet to tell
                return Ok(());
            }
            sleep(sample::EVERY.max(looked.elapsed())).await; // the local AWS has others to serve, too
        }
    }

    async fn add_mails(&mut self) -> anyhow::Result<()> {
        let mails = self.sample.bridge.region().aws().mails().await?;
        for mail in &mails[self.seen.mails..] {
            let at = mail.sent_at.parse::<Timestamp>()?.as_millisecond();
            self.add(at, Some(steps::of_mail(mail)));
            self.turn.expect(at, mail);
        }
        self.seen.mails = mails.len();
        Ok(())
    }

    async fn add_decisions(&mut self, callbacks: &ParkedCallbacks) -> anyhow::Result<()> {
        for callback in callbacks.all().await? {
            let id = callback.request.id;
            let mut answers: Vec<_> = callback.state.answers.values().collect();
            answers.sort_by_key(|answer| answer.at);
            let seen = self.seen.answers.insert(id, answers.len()).unwrap_or_default();
            for answer in &answers[seen..] {
                self.add(answer.at.as_millisecond(), Some(steps::of_answer(answer)));
            }
            if let Some(decision) = callback.state.decision().filter(|_| self.seen.decided.insert(id)) {
                self.add(decision.at.as_millisecond(), Some(steps::of_decision(decision)));
            }
        }
        Ok(())
    }

    fn add(&self, at: i64, told: Told) {
        self.timeline.borrow_mut().add(at, told);
    }
}

/// When it is the person's turn: once the mail was told.
struct Turn<'a> {
    person: &'a Person,
    /// When the mail was sent, and the link in it.
    mail: Option<(i64, String)>,
    link: Option<oneshot::Sender<String>>,
}

impl<'a> Turn<'a> {
    fn new(person: &'a Person, link: oneshot::Sender<String>) -> Self {
        Self { person, mail: None, link: Some(link) }
    }

    fn expect(&mut self, at: i64, mail: &Mail) {
        if self.link.is_some() && self.mail.is_none() {
            self.mail = mail.link().map(|link| (at, link.to_owned()));
        }
    }

    fn come(&mut self, told_until: i64, tell: &mut impl FnMut(&str)) {
        let Some((_, link)) = self.mail.take_if(|(at, _)| *at <= told_until) else { return };
        self.person.turn(&link).iter().for_each(|line| tell(line));
        if let Some(known) = self.link.take() {
            let _ = known.send(link); // nobody wants it if it is somebody else who decides
        }
    }
}
