//! What has changed in the sources is built, deployed and run, while everything else goes on.

use std::convert::Infallible;
use std::path::PathBuf;

use tokio::sync::watch;
use tokio::time::Instant;

use super::build::{Build, Failed};
use super::code::{Code, functions};
use super::commands::exports;
use super::narrator::News;
use super::watch::{Change, Watch};
use crate::local_aws::StackDescription;
use crate::{Journal, LocalBridge};

/// Brings changes of the sources to the running stack.
#[derive(Debug)]
pub(super) struct Reloader {
    pub(super) workspace: PathBuf,
    pub(super) build: Build,
    pub(super) watch: Watch,
    pub(super) code: Code,
    pub(super) news: Journal<News>,
    pub(super) machines: watch::Sender<Vec<String>>,
    /// The template is newer than the stack: it could not be deployed, perhaps for want of code.
    pub(super) behind: bool,
}

impl Reloader {
    /// Brings every change to the stack, for as long as it is let.
    pub(super) async fn run(&mut self, bridge: &mut LocalBridge) -> Infallible {
        loop {
            let change = self.watch.next().await;
            self.bring(change, bridge).await;
        }
    }

    async fn bring(&mut self, change: Change, bridge: &mut LocalBridge) {
        self.behind |= change.template;
        if change.code && !self.rebuild(bridge).await {
            return; // a template that has changed, too, may need the code that is still missing
        }
        if self.behind {
            self.redeploy(bridge).await;
        }
    }

    /// Builds, and restarts the functions whose binaries are others than before; whether all is well.
    async fn rebuild(&self, bridge: &LocalBridge) -> bool {
        self.tell("code", "has changed and is built".to_owned());
        let began = Instant::now();
        if let Err(Failed(printed)) = self.build.run(&self.workspace).await {
            let what = "could not be built; the functions go on as they were".to_owned();
            self.news.append(News { who: "code", what, below: printed });
            return false;
        }
        match self.take_over(bridge) {
            Ok(changed) if changed.is_empty() => self.tell("code", "is built; no function has changed".to_owned()),
            Ok(changed) => {
                let (seconds, names) = (began.elapsed().as_secs_f64(), changed.join(", "));
                self.tell("code", format!("is built ({seconds:.1} s); the next invocation runs the new {names}"));
            }
            Err(error) => {
                self.tell("code", format!("could not be taken over: {error:#}"));
                return false;
            }
        }
        true
    }

    fn take_over(&self, bridge: &LocalBridge) -> anyhow::Result<Vec<String>> {
        let changed = self.code.take(functions(&self.workspace))?;
        for binary in &changed {
            bridge.restart(binary)?;
        }
        Ok(changed)
    }

    async fn redeploy(&mut self, bridge: &mut LocalBridge) {
        self.tell("stack", "has changed and is deployed".to_owned());
        let (began, before) = (Instant::now(), bridge.description().outputs.clone());
        if let Err(error) = bridge.update().await {
            let below = format!("{error:#}").lines().map(str::to_owned).collect();
            let what = "could not be deployed; everything goes on as it was".to_owned();
            self.news.append(News { who: "stack", what, below });
            return;
        }
        self.behind = false;
        self.machines.send_replace(state_machines(bridge.description()));
        let what = format!("is deployed ({:.1} s)", began.elapsed().as_secs_f64());
        let below = if bridge.description().outputs == before {
            Vec::new()
        } else {
            exports(bridge.region().aws().endpoint(), &bridge.description().outputs)
        };
        self.news.append(News { who: "stack", what, below });
    }

    fn tell(&self, who: &'static str, what: String) {
        self.news.append(News { who, what, below: Vec::new() });
    }
}

/// The ARNs of the state machines of a stack.
pub(super) fn state_machines(stack: &StackDescription) -> Vec<String> {
    let physical = stack.resources.values().flatten();
    physical.filter(|id| id.contains(":stateMachine:")).cloned().collect()
}
