//! The demo: one loan application, told live and in plain words.

mod person;
mod report;
pub(crate) mod steps;
pub(crate) mod timeline;
mod watch;

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use serde_json::Value;
use tokio::time::{Instant, timeout};

pub use person::Person;
pub use report::Report;
pub use steps::Step;
use watch::watch;

use crate::{LocalRegion, Pace, Pages, RegionOptions, Sample, StackOptions, Transcript};

/// How long a page may take that somebody waits for when the execution has ended.
const LAST_PAGE: Duration = Duration::from_secs(10);

/// How fast others are: one can watch them.
const PACE: Pace = Pace { slow: Duration::from_secs(5), rest: Duration::from_secs(1) };

/// What the demo does.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// The input of the execution: a loan application. One with `payTo` is paid out when it is approved.
    pub application: Value,
    /// Who decides about it.
    pub person: Person,
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
    let sample = Sample::deploy(region, stack, PACE).await?;
    tell(&prepared(
        "stack",
        "is created from template.yaml: queues, functions, a table, pages and state machines",
        began,
    ));
    let pages = Pages::start(0, &sample.bridge).await?;
    tell(&format!(
        "inbox      {} shows the mails that are sent, and {} what waits for people and other systems",
        pages.inbox(),
        pages.open()
    ));
    tell("");
    let execution = sample.start("LoanApplicationStateMachineArn", &options.application).await?;
    let watched = timeout(options.patience, watch(&sample, &execution, &options.person, tell)).await;
    let steps = watched.with_context(|| format!("the execution did not end in {} s", options.patience.as_secs()))??;
    let ended = sample.end_of(&execution, options.patience).await?;
    // Whoever has decided is still to see so, and so is whoever has paid.
    timeout(LAST_PAGE, sample.bridge.api().idle()).await.context("a page was not shown in time")?;
    sample.bridge.stop().await?;
    Ok(Report { execution, ended, steps })
}

fn prepared(what: &str, text: &str, began: Instant) -> String {
    format!("{what:<10} {text} ({:.1} s)", began.elapsed().as_secs_f64())
}
