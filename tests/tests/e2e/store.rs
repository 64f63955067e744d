//! The table of callbacks, as its README describes it: what is kept there, whatever goes wrong on the way to it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use callback_bridge::Disposition;
use callback_bridge_aws::CallbackTable;
use callback_bridge_local::LocalRegion;
use callbacks::{
    Callback, CallbackStore, ExternalId, FirstReply, Inbound, InboundFrom, InboundKey, Kept, Parked, State, Status,
    Written, test_util::keeps_the_contract,
};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    bench::in_region,
    desk::{TOKEN, callback, now},
    log,
};

/// The example of the README, deployed as a stack of this name.
pub(crate) async fn table(region: &LocalRegion, name: &str) -> String {
    let readme = include_str!("../../../crates/callback-bridge-aws/README.md");
    let example = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let template = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.yaml"));
    std::fs::write(&template, example).unwrap();
    let stack = region.aws().deploy(&template, name, &[], None).await.unwrap();
    stack.resources["CallbackTable"].clone().unwrap()
}

/// A way to AWS on which replies get lost, after the calls were carried out.
#[derive(Debug, Clone)]
struct LossyWay {
    way: SharedHttpConnector,
    losses: Arc<AtomicUsize>,
}

impl HttpConnector for LossyWay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let reply = self.way.call(request);
        let lost = self.losses.fetch_update(SeqCst, SeqCst, |losses| losses.checked_sub(1)).is_ok();
        HttpConnectorFuture::new(async move {
            let reply = reply.await?;
            if lost { Err(ConnectorError::io("the reply was lost".into())) } else { Ok(reply) }
        })
    }
}

/// The same with a way that loses as many of the next replies as the counter says.
pub(crate) fn lossy(config: &SdkConfig) -> (SdkConfig, Arc<AtomicUsize>) {
    let (losses, way) = (Arc::new(AtomicUsize::new(0)), config.http_client().unwrap());
    let lossy = http_client_fn({
        let losses = Arc::clone(&losses);
        move |settings, components| {
            let way = way.http_connector(settings, components);
            SharedHttpConnector::new(LossyWay { way, losses: Arc::clone(&losses) })
        }
    });
    (config.to_builder().http_client(lossy).build(), losses)
}

fn settled(state: &State) -> State {
    let status = Status::Settled { decision: None, disposition: Disposition::Closed, at: now() };
    State { status, token: None, due_at: None, version: state.version + 1, ..state.clone() }
}

#[test]
fn the_table_keeps_the_contract_of_a_store() {
    in_region(async |region| {
        let table = CallbackTable::new(region.aws().sdk_config(), table(region, "store-contract").await);
        keeps_the_contract(&table).await.unwrap();
    });
}

#[test]
fn a_write_that_the_sdk_sends_again_knows_its_own_success() {
    in_region(async |region| {
        let (config, losses) = lossy(region.aws().sdk_config());
        let table = CallbackTable::new(&config, table(region, "store-lossy").await);
        let callback = callback();
        let id = callback.request.id;
        losses.store(1, SeqCst);
        assert_eq!(table.park(&callback).await, Ok(Parked::New));
        let claimed = State { version: 1, settle_tries: 1, ..callback.state.clone() };
        losses.store(1, SeqCst);
        assert_eq!(table.write(id, &claimed).await, Ok(Written::Done));
        let settled = settled(&claimed);
        losses.store(1, SeqCst);
        assert_eq!(table.write(id, &settled).await, Ok(Written::Done));
        assert_eq!(losses.load(SeqCst), 0, "each time a reply was lost");
        assert_eq!(table.load(id).await, Ok(Some(Callback { state: settled, ..callback })));
    });
}

/// An event about the same task as all others, that is known by this name.
fn event(id: &str, at: Timestamp) -> Inbound {
    let about = ExternalId { sender: "bank".to_owned(), id: "pay_1".to_owned() };
    let key = InboundKey { from: InboundFrom::Sender(about.sender.clone()), id: id.to_owned() };
    Inbound { key, digest: id.to_owned(), about: Some(about), body: Some(json!({ "id": id })), at }
}

#[test]
fn what_machines_send_is_kept_once_however_often_the_sdk_sends_it() {
    in_region(async |region| {
        let (config, losses) = lossy(region.aws().sdk_config());
        let table = CallbackTable::new(&config, table(region, "store-lossy-inbound").await);
        let (event, id) = (event("1", now()), callback().request.id);
        let by_link = InboundKey { from: InboundFrom::Link(id), id: "1".to_owned() };
        let by_link = Inbound { key: by_link, about: None, body: None, ..event.clone() };
        let reply = FirstReply { status: 200, body: "{}".to_owned() };
        for inbound in [&event, &by_link] {
            losses.store(1, SeqCst);
            assert_eq!(table.keep(inbound).await, Ok(Kept::New));
            losses.store(1, SeqCst);
            assert_eq!(table.replied(&inbound.key, &reply).await, Ok(()));
            let before = Kept::Before { digest: "1".to_owned(), reply: Some(reply.clone()) };
            assert_eq!(table.keep(inbound).await, Ok(before));
        }
        losses.store(1, SeqCst);
        let task = event.about.clone().unwrap();
        assert_eq!(table.correlate(&task, id, now()).await.unwrap(), [event]);
        assert_eq!(losses.load(SeqCst), 0, "each time a reply was lost");
    });
}

#[test]
fn what_machines_send_is_known_for_a_week_and_waits_as_long_for_its_task() {
    in_region(async |region| {
        let config = region.aws().sdk_config();
        let name = table(region, "store-inbound").await;
        let table = CallbackTable::new(config, &name);
        let task = event("1", now()).about.unwrap();
        // Just long enough ago, and a second longer.
        let since = now().checked_sub(Duration::from_hours(7 * 24)).unwrap();
        let before = since.checked_sub(Duration::from_secs(1)).unwrap();
        for (id, at) in [("over", before), ("known", since)] {
            assert_eq!(table.keep(&event(id, at)).await, Ok(Kept::New));
        }
        let reply = FirstReply { status: 200, body: String::new() };
        table.replied(&event("over", before).key, &reply).await.unwrap();
        let early = table.correlate(&task, callback().request.id, since).await.unwrap();
        assert_eq!(early, [event("known", since)], "those that came since then");
        let again = now().checked_sub(Duration::from_secs(1)).unwrap();
        assert!(matches!(table.keep(&event("known", again)).await, Ok(Kept::Before { .. })));
        assert_eq!(table.keep(&event("over", again)).await, Ok(Kept::New));
        let kept = table.keep(&event("over", again)).await;
        assert_eq!(kept, Ok(Kept::Before { digest: "over".to_owned(), reply: None }), "nor is the reply");
        let scan = aws_sdk_dynamodb::Client::new(config).scan().table_name(&name).send().await.unwrap();
        let items = scan.items.unwrap();
        assert!(items.iter().all(|item| item.contains_key("expires_at") && !item.contains_key("due_at")), "{items:?}");
    });
}

/// A page of DynamoDB has a megabyte at most.
#[test]
fn of_many_large_events_that_come_early_the_first_hundred_are_read() {
    in_region(async |region| {
        let table = CallbackTable::new(region.aws().sdk_config(), table(region, "store-early").await);
        let text = "x".repeat(30_000);
        let events: Vec<Inbound> = (0..102_u64)
            .map(|nth| {
                let at = now().checked_add(Duration::from_millis(nth)).unwrap();
                Inbound { body: Some(json!({ "text": text })), ..event(&nth.to_string(), at) }
            })
            .collect();
        for event in &events {
            table.keep(event).await.unwrap();
        }
        let correlated = table.correlate(events[0].about.as_ref().unwrap(), callback().request.id, now()).await;
        assert_eq!(correlated.unwrap(), events[..100]);
    });
}

#[test]
fn what_is_settled_keeps_no_token_is_never_due_and_expires() {
    in_region(async |region| {
        let config = region.aws().sdk_config();
        let name = table(region, "store-items").await;
        let table = CallbackTable::new(config, &name).keeping(Duration::from_hours(24));
        let callback = callback();
        table.park(&callback).await.unwrap();
        let items = async || {
            let scan = aws_sdk_dynamodb::Client::new(config).scan().table_name(&name).send().await.unwrap();
            let mut items: Vec<HashMap<String, AttributeValue>> = scan.items.unwrap();
            items.sort_by_key(|item| item["sk"].as_s().unwrap().clone());
            <[_; 2]>::try_from(items).unwrap()
        };
        let [request, state] = items().await;
        assert_eq!(state["token"], AttributeValue::S(TOKEN.to_owned()));
        assert_eq!(state["attempt"].as_s().unwrap(), callback.request.attempt.as_str());
        assert!(!request.contains_key("expires_at") && !state.contains_key("expires_at"));
        table.write(callback.request.id, &settled(&callback.state)).await.unwrap();
        let [request, state] = items().await;
        assert!(!format!("{request:?}{state:?}").contains(TOKEN));
        for gone in ["token", "due_at", "due_shard"] {
            assert!(!state.contains_key(gone), "{gone}");
        }
        let tomorrow = now().as_second() + 24 * 3600;
        for item in [&request, &state] {
            assert_eq!(item["expires_at"], AttributeValue::N(tomorrow.to_string()));
        }
        assert_eq!(state["status"], AttributeValue::S("settled".to_owned()));
    });
}

/// The bench looks for it in all that is logged; here is enough of it.
#[test]
fn nothing_that_is_logged_on_the_way_holds_the_token() {
    in_region(async |region| {
        let table = CallbackTable::new(region.aws().sdk_config(), table(region, "store-logged").await);
        let callback = callback();
        table.park(&callback).await.unwrap();
        table.park(&callback).await.unwrap();
        table.load(callback.request.id).await.unwrap();
        let stale = State { version: 9, ..callback.state.clone() };
        assert_eq!(table.write(callback.request.id, &stale).await, Ok(Written::Conflict));
        let nowhere = CallbackTable::new(region.aws().sdk_config(), "nowhere");
        let error = nowhere.park(&callback).await.unwrap_err();
        assert_eq!(error.to_string(), "the table of callbacks: ResourceNotFoundException");
        let log = log::text();
        for logged in ["DEBUG", "TransactWriteItems", "UpdateItem", "Query"] {
            assert!(log.contains(logged), "{logged}");
        }
    });
}
