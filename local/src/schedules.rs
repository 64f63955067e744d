//! Schedules of EventBridge: functions that are invoked every so often.

mod event;
mod rate;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval_at};

use crate::clock;
use crate::host::{EventKind, LambdaHost};
use crate::local_aws::Schedule;

/// The schedules of a stack that run. Dropping it stops them; what they have invoked goes on.
///
/// A schedule begins when it is set, and invokes its function for the first time one period later. It does not wait for
/// the function, which is invoked asynchronously, so invocations may overlap. Unlike on AWS, one that fails is not
/// repeated.
#[derive(Debug)]
pub struct Schedules {
    host: Arc<LambdaHost>,
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    schedule: Schedule,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Schedules {
    /// What runs schedules, still without any.
    #[must_use]
    pub fn new(host: &Arc<LambdaHost>) -> Self {
        Self { host: Arc::clone(host), running: Vec::new() }
    }

    /// Runs these from now on, and no others; those that run already go on undisturbed.
    ///
    /// # Errors
    /// If one of them has no `rate(..)`, or a target that is no function: what runs stays as it was.
    pub fn set(&mut self, schedules: &[Schedule]) -> anyhow::Result<()> {
        let mut started = Vec::new();
        for schedule in schedules.iter().filter(|schedule| schedule.enabled) {
            if !self.running.iter().any(|running| running.schedule == *schedule) {
                let period = rate::period(&schedule.expression);
                let period = period.with_context(|| format!("schedule {} does not run here", schedule.id))?;
                started.push((schedule.clone(), period, function(schedule)?.to_owned()));
            }
        }
        self.running.retain(|running| schedules.contains(&running.schedule));
        for (schedule, period, function) in started {
            let (host, invoked) = (Arc::clone(&self.host), schedule.clone());
            let task = tokio::spawn(every(period, move || {
                tokio::spawn(invoke(Arc::clone(&host), function.clone(), invoked.clone()));
            }));
            self.running.push(Running { schedule, task });
        }
        Ok(())
    }

    /// Stops all of them.
    pub fn stop(&mut self) {
        self.running.clear();
    }
}

/// The name of the function that is its target.
fn function(schedule: &Schedule) -> anyhow::Result<&str> {
    let target = schedule.target.as_deref().unwrap_or_default();
    match target.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "lambda", _, _, "function", name, ..] => Ok(name),
        _ => bail!("schedule {} has the target {target}, which is no function", schedule.id),
    }
}

/// Calls this after each period.
async fn every(period: Duration, mut call: impl FnMut()) {
    let mut ticks = interval_at(Instant::now() + period, period);
    loop {
        ticks.tick().await;
        call();
    }
}

/// How it ends is in the events of the host, also if there is no invocation at all.
async fn invoke(host: Arc<LambdaHost>, function: String, schedule: Schedule) {
    let event = event::event(&schedule, clock::now());
    if let Err(error) = host.invoke(&function, event).await {
        let (schedule, reason) = (schedule.id, error.to_string());
        host.tell(&function, EventKind::NotInvoked { schedule, reason });
    }
}

#[cfg(test)]
mod tests;
