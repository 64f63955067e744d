//! What executions do: the local AWS is asked, again and again, because nobody else is told.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::SdkError;
use aws_sdk_sfn::types::HistoryEvent;

use super::log_line::short;
use crate::demo::steps;

/// How many executions one request lists. The last ones come first.
const PAGE: i32 = 100;

/// The executions so far, by their ARNs.
#[derive(Debug)]
pub(super) struct Executions {
    client: Client,
    known: HashMap<String, Progress>,
}

#[derive(Debug)]
enum Progress {
    Running { events_seen: usize },
    Ended,
}

/// Something that an execution did: when, in milliseconds since 1970, who did it, and what.
pub(super) type Step = (i64, &'static str, String);

impl Executions {
    pub(super) fn new(client: Client) -> Self {
        Self { client, known: HashMap::new() }
    }

    /// Tells what is new about the executions of these state machines.
    ///
    /// # Errors
    /// If the local AWS does not answer; what was not told is the next time.
    pub(super) async fn look(&mut self, machines: &[String], mut tell: impl FnMut(Step)) -> anyhow::Result<()> {
        for machine in machines {
            self.discover(machine).await?;
        }
        for (execution, progress) in &mut self.known {
            let Progress::Running { events_seen } = progress else { continue };
            let history = self.client.get_execution_history().execution_arn(execution).into_paginator();
            let history: Result<Vec<HistoryEvent>, _> = history.items().send().try_collect().await;
            let Some(history) = unless_gone(history)? else {
                *progress = Progress::Ended;
                continue;
            };
            let name = short(execution.rsplit(':').next().unwrap_or_default());
            for event in &history[*events_seen..] {
                let at = event.timestamp.to_millis()?;
                if let Some((who, what)) = steps::of_execution(event) {
                    tell((at, who, format!("{name} {what}")));
                }
            }
            *events_seen = history.len();
            if history.last().is_some_and(steps::is_last) {
                *progress = Progress::Ended;
            }
        }
        Ok(())
    }

    /// Adds the executions of a state machine that are not known yet.
    async fn discover(&mut self, machine: &str) -> anyhow::Result<()> {
        let call = self.client.list_executions().state_machine_arn(machine).max_results(PAGE);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let Some(page) = unless_gone(page)? else { break };
            let mut some_known = false;
            for execution in page.executions {
                match self.known.entry(execution.execution_arn) {
                    Entry::Occupied(_) => some_known = true,
                    Entry::Vacant(place) => drop(place.insert(Progress::Running { events_seen: 0 })),
                }
            }
            if some_known {
                break; // all that come after it are older
            }
        }
        Ok(())
    }
}

/// A refusal says that it is gone, deleted with its state machine; anything else is an error.
fn unless_gone<T, E: std::error::Error + Send + Sync + 'static>(
    answer: Result<T, SdkError<E>>,
) -> anyhow::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.as_service_error().is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
