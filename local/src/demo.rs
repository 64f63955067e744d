//! The demo: one execution, told live and in plain words.

mod report;
pub(crate) mod steps;
pub(crate) mod timeline;

use std::{cell::RefCell, convert::Infallible, sync::Arc, time::Duration};

use anyhow::Context;
use serde_json::Value;
use tokio::time::{Instant, interval, sleep, timeout};

pub use report::Report;
pub use steps::Step;
use timeline::Timeline;

use crate::{LocalRegion, RegionOptions, Sample, StackOptions, Transcript, sample};

/// What the demo does.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// The input of the execution: a loan application.
    pub application: Value,
    /// How long the execution may take.
    pub patience: Duration,
}

/// Runs the demo; `tell` gets each line as soon as it is known. Whatever was started is stopped again, also when the
/// future is dropped.
///
/// # Errors
/// When something could not be started or stopped, or the execution did not end in time. An execution that ends in a
/// failure is no error: the report says so.
pub async fn run(options: DemoOptions, transcript: &Transcript, mut tell: impl FnMut(&str)) -> anyhow::Result<Report> {
    let began = Instant::now();
    let region = RegionOptions { transcript: transcript.clone(), ..RegionOptions::default() };
    let region = Arc::new(LocalRegion::start(region).await.context("the local AWS could not be started")?);
    tell(&prepared("local AWS", "is running: Step Functions, SQS and the others, on this machine", began));
    let report = deploy_and_watch(&region, options, &mut tell).await;
    let stopped = region.stop().await.context("the local AWS could not be stopped");
    report.and_then(|report| stopped.map(|()| report))
}

async fn deploy_and_watch(
    region: &Arc<LocalRegion>,
    options: DemoOptions,
    tell: &mut impl FnMut(&str),
) -> anyhow::Result<Report> {
    let began = Instant::now();
    let stack = StackOptions { name: "demo".to_owned(), ..StackOptions::default() }.scheduled();
    let sample = Sample::deploy(region, stack, Duration::from_secs(5)).await?;
    tell(&prepared("stack", "is created from template.yaml, with its queue, function and state machine", began));
    tell("");
    let execution = sample.start_execution(&options.application).await?;
    let watched = timeout(options.patience, watch(&sample, &execution, tell)).await;
    let steps = watched.with_context(|| format!("the execution did not end in {} s", options.patience.as_secs()))??;
    let ended = sample.end_of(&execution, options.patience).await?;
    sample.bridge.stop().await?;
    Ok(Report { execution, ended, steps })
}

/// Tells what happens to an execution, until it has ended.
async fn watch(sample: &Sample, execution: &str, tell: &mut impl FnMut(&str)) -> anyhow::Result<Vec<Step>> {
    let timeline = RefCell::new(Timeline::default());
    tokio::select! {
        biased; // what has been told is heard before more of the history is
        never = listen(sample, &timeline) => match never {},
        looked = look(sample, execution, &timeline, tell) => looked?,
    }
    Ok(timeline.into_inner().tell_all(tell))
}

/// Adds what functions and bureau tell, as soon as they do.
async fn listen(sample: &Sample, timeline: &RefCell<Timeline>) -> Infallible {
    let mut functions = sample.bridge.host().events().reader();
    let mut inquiries = sample.bureau.inquiries().reader();
    loop {
        let (at, told) = tokio::select! {
            (at, event) = functions.next_stamped() => (at, steps::of_function(&event)),
            (at, inquiry) = inquiries.next_stamped() => (at, Some(steps::of_bureau(&inquiry))),
        };
        timeline.borrow_mut().add(timeline::millis_since_1970(at), told);
    }
}

/// Adds what the history of the execution tells, and tells what is settled, until the execution has ended.
async fn look(
    sample: &Sample,
    execution: &str,
    timeline: &RefCell<Timeline>,
    tell: &mut impl FnMut(&str),
) -> anyhow::Result<()> {
    let mut ticks = interval(sample::EVERY);
    let mut events_seen = 0;
    loop {
        ticks.tick().await;
        let asked_at = timeline::now();
        let history = sample.history_of(execution).await?;
        for event in &history[events_seen..] {
            timeline.borrow_mut().add(event.timestamp.to_millis()?, steps::of_execution(event));
        }
        events_seen = history.len();
        timeline.borrow_mut().tell_until(asked_at, tell);
        if history.last().is_some_and(steps::is_last) {
            sleep(sample::EVERY).await; // for what others have yet to tell
            return Ok(());
        }
    }
}

fn prepared(what: &str, text: &str, began: Instant) -> String {
    format!("{what:<10} {text} ({:.1} s)", began.elapsed().as_secs_f64())
}
