//! Reading a history: all of it, and what has come since.

use aws_sdk_sfn::{Client, types::HistoryEvent};

use super::ends_execution;
use crate::error::Error;

/// How many events a page has: as many as Step Functions gives.
const PAGE: i32 = 1000;
/// How many events are asked for where few are expected.
const FEW: i32 = 50;

/// The events of an execution so far, the oldest first, without gaps.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Events(Vec<HistoryEvent>);

impl Events {
    /// From the oldest on.
    pub(crate) fn as_slice(&self) -> &[HistoryEvent] {
        &self.0
    }

    /// The event with this id, if it has been read. Ids begin with 1, and 0 is none.
    pub(crate) fn get(&self, id: i64) -> Option<&HistoryEvent> {
        let index = self.0.binary_search_by_key(&id, |event| event.id).ok()?;
        self.0.get(index)
    }

    /// Whether the execution has ended, as far as has been read.
    pub(crate) fn have_ended(&self) -> bool {
        self.0.last().is_some_and(ends_execution)
    }

    fn last_id(&self) -> i64 {
        self.0.last().map_or(0, |event| event.id)
    }

    /// Reads what has happened since, from the newest event back to the last that is known, and returns how many are new.
    ///
    /// # Errors
    /// When Step Functions does not tell; nothing is lost then.
    pub(crate) async fn read_on(&mut self, sfn: &Client, execution: &str) -> Result<usize, Error> {
        let known = self.last_id();
        let call = sfn.get_execution_history().execution_arn(execution).reverse_order(true);
        let call = call.max_results(if known == 0 { PAGE } else { FEW });
        let mut pages = call.into_paginator().send();
        let mut new = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::of_call("GetExecutionHistory", &error))?.events;
            let length = page.len();
            let before = new.len();
            new.extend(page.into_iter().take_while(|event| event.id > known));
            if new.len() - before < length {
                break; // the rest is known
            }
        }
        let count = new.len();
        self.0.extend(new.into_iter().rev());
        Ok(count)
    }
}

impl FromIterator<HistoryEvent> for Events {
    fn from_iter<I: IntoIterator<Item = HistoryEvent>>(events: I) -> Self {
        Self(events.into_iter().collect())
    }
}

/// All events of an execution, of however many pages.
///
/// # Errors
/// When Step Functions does not tell.
pub(crate) async fn events(sfn: &Client, execution: &str) -> Result<Events, Error> {
    let call = sfn.get_execution_history().execution_arn(execution).max_results(PAGE);
    let events: Result<Vec<_>, _> = call.into_paginator().items().send().try_collect().await;
    events.map(Events).map_err(|error| Error::of_call("GetExecutionHistory", &error))
}
