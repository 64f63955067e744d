//! The whole bridge for development: it runs until it is told to stop, follows the sources, and tells what happens.

mod build;
mod code;
mod commands;
mod executions;
mod lines;
mod log_line;
mod narrator;
mod port;
mod reload;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::Instant;

pub use build::Build;
pub use port::PORT;

use crate::{Journal, LocalRegion, Pace, Pages, RegionOptions, Sample, StackOptions, Transcript};
use code::{Code, functions};
use commands::introduction;
use narrator::Narrator;
use reload::{Reloader, state_machines};
use watch::Watch;

/// How fast others are: one can watch them.
const PACE: Pace = Pace { slow: Duration::from_secs(5), rest: Duration::from_secs(1) };

/// What is brought up.
#[derive(Clone, Debug)]
pub struct UpOptions {
    /// The folder of the sources that are followed: `crates`, `functions`, `infra`, `template.yaml` and Cargo's files.
    pub workspace: PathBuf,
    /// How functions are built when their sources change. The first time they have been built before.
    pub build: Build,
    /// The Python of the local AWS; see [`RegionOptions::python`].
    pub python: PathBuf,
    /// Where the local AWS listens; 0 takes any free port. By default [`PORT`], or any other if that is taken. The HTTP
    /// APIs are served at the port after it, the pages at the next one, or at any other if those are taken.
    pub port: Option<u16>,
    /// The stack. Functions run what was in its `build_dir` when it was last built as a whole.
    pub stack: StackOptions,
}

/// A bridge that is up. Dropping it ends everything; [`run`](Self::run) ends it in order.
#[derive(Debug)]
pub struct Up {
    sample: Sample,
    pages: Pages,
    region: Arc<LocalRegion>,
    narrator: Narrator,
    reloader: Reloader,
}

impl Up {
    /// Starts everything; `tell` gets each line for people.
    ///
    /// # Errors
    /// If a port that was asked for is taken, or anything can't be started or deployed; what was started is ended again.
    pub async fn start(
        options: UpOptions,
        transcript: &Transcript,
        mut tell: impl FnMut(&str),
    ) -> anyhow::Result<Self> {
        let (port, notice) = port::choose(options.port)?;
        if let Some(notice) = notice {
            tell(&notice);
        }
        // Before anything is deployed, so that no change is missed.
        let watch = Watch::start(&options.workspace)?;
        let code = Code::open(&options.stack.build_dir)?;
        code.take(functions(&options.workspace))?;

        let began = Instant::now();
        let region = RegionOptions { python: options.python, port, long_poll: None, transcript: transcript.clone() };
        let region = Arc::new(LocalRegion::start(region).await.context("the local AWS could not be started")?);
        let endpoint = region.aws().endpoint();
        tell(&format!("local AWS  is running at {endpoint} ({:.1} s)", began.elapsed().as_secs_f64()));
        let began = Instant::now();
        let (build_dir, api_port) = (code.folder().to_owned(), port::of_apis(port));
        let stack = StackOptions { build_dir, api_port, ..options.stack }.scheduled();
        let sample = Sample::deploy(&region, stack, PACE).await?;
        let description = sample.bridge.description();
        let (name, seconds) = (&description.stack, began.elapsed().as_secs_f64());
        tell(&format!("stack      {name} is created, its functions wait for work ({seconds:.1} s)"));
        if !description.routes.is_empty() {
            tell(&format!("HTTP API   is served at {}", sample.bridge.api_url()));
        }
        let pages = Pages::start(port::of_pages(port), &sample.bridge).await?;
        tell(&format!("inbox      the mails that are sent are at {}", pages.inbox()));
        tell(&format!("open       what waits for people and other systems is at {}", pages.open()));
        tell(&format!("provider   payments are made at {}v1/payments, by signed calls", sample.provider.url()));
        for line in introduction(endpoint, &description.outputs) {
            tell(&line);
        }

        let news = Journal::default();
        let machines = tokio::sync::watch::Sender::new(state_machines(description));
        let narrator = Narrator::new(&sample, transcript, &news, machines.subscribe());
        let reloader =
            Reloader { workspace: options.workspace, build: options.build, watch, code, news, machines, behind: false };
        Ok(Self { sample, pages, region, narrator, reloader })
    }

    /// The local AWS, and what runs the functions.
    #[must_use]
    pub fn region(&self) -> &Arc<LocalRegion> {
        &self.region
    }

    /// The stack, and the others' services that it asks.
    #[must_use]
    pub fn sample(&self) -> &Sample {
        &self.sample
    }

    /// The pages about the stack.
    #[must_use]
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// Follows the sources and tells what happens, until `stop` is over; then stops everything in order.
    ///
    /// # Errors
    /// If the local AWS ends by itself, or if anything would not stop as it should.
    pub async fn run(self, stop: impl Future<Output = ()>, tell: impl FnMut(&str)) -> anyhow::Result<()> {
        let Self { mut sample, pages, region, narrator, mut reloader } = self;
        let ended = tokio::select! {
            () = stop => None,
            status = region.aws().ended() => Some(status),
            never = narrator.tell(tell) => match never {},
            never = reloader.run(&mut sample.bridge) => match never {},
        };
        drop(pages);
        let stopped = [sample.bridge.stop().await, region.stop().await];
        if let Some(status) = ended {
            bail!("the local AWS has ended by itself ({status}); start again");
        }
        stopped.into_iter().collect()
    }
}
