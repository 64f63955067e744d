//! What is in the table of callbacks, and time that passes for it.

use std::time::Duration;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use callback_bridge_aws::CallbackTable;
use callbacks::{Callback, CallbackId, CallbackStore, Request, State, Written};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::{bench::People, secrets::Item};
use crate::bench::{PATIENCE, becomes_empty};

/// The callback that a link leads to.
pub(super) fn id(link: &str) -> CallbackId {
    let id = link.rsplit('/').next().and_then(|link| link.split('.').next()).unwrap();
    id.parse().unwrap()
}

impl People<'_> {
    fn table_name(&self) -> &str {
        self.sample.bridge.output("CallbackTableName").unwrap()
    }

    fn table(&self) -> CallbackTable {
        CallbackTable::new(self.sample.bridge.region().aws().sdk_config(), self.table_name())
    }

    fn dynamodb(&self) -> Client {
        Client::new(self.sample.bridge.region().aws().sdk_config())
    }

    /// Everything that is stored.
    pub(crate) async fn items(&self) -> Vec<Item> {
        let scan = self.dynamodb().scan().table_name(self.table_name()).consistent_read(true);
        scan.send().await.unwrap().items.unwrap()
    }

    /// Waits until this many tasks are parked, and their messages dealt with.
    pub(crate) async fn parked(&self, tasks: usize) {
        let give_up = Instant::now() + PATIENCE;
        while self.items().await.len() < 2 * tasks {
            assert!(Instant::now() < give_up, "a task is not parked");
            sleep(Duration::from_millis(25)).await;
        }
        becomes_empty(self.sample, "CallbackQueueUrl").await;
    }

    /// What is stored of the callback that a link leads to.
    pub(crate) async fn callback(&self, link: &str) -> Callback {
        self.table().load(id(link)).await.unwrap().unwrap()
    }

    /// Lets time pass for the callback that a link leads to: all that is to come comes this much earlier.
    pub(crate) async fn time_passes(&self, link: &str, time: Duration) {
        let (id, earlier) = (id(link), |at: Timestamp| at.checked_sub(time).unwrap());
        let Callback { request, state } = self.callback(link).await;
        let request =
            Request { began_at: earlier(request.began_at), deadline_at: earlier(request.deadline_at), ..request };
        let write = self.dynamodb().update_item().table_name(self.table_name());
        let write = write.key("pk", AttributeValue::S(format!("callback#{id}")));
        let write = write.key("sk", AttributeValue::S("request".to_owned())).update_expression("SET document = :it");
        write.expression_attribute_values(":it", AttributeValue::S(request.to_stored())).send().await.unwrap();
        let mut next = State {
            due_at: state.due_at.map(earlier),
            heartbeat_at: state.heartbeat_at.map(earlier),
            answerable_until: state.answerable_until.map(earlier),
            version: state.version + 1,
            ..state
        };
        for notice in next.notices.values_mut() {
            notice.next_at = notice.next_at.map(earlier);
        }
        assert_eq!(self.table().write(id, &next).await, Ok(Written::Done), "somebody else is at work on it");
    }
}
