//! What machines send: what is asked of DynamoDB, and what each of its replies means.

use callbacks::{InboundFrom, stored::sortable};
use serde_json::json;

use super::*;

fn event() -> Inbound {
    let task = ExternalId { sender: "bank".to_owned(), id: "pay_1".to_owned() };
    let key = InboundKey { from: InboundFrom::Sender(task.sender.clone()), id: "msg_1".to_owned() };
    let body = Some(json!({ "type": "payment.succeeded" }));
    Inbound { key, digest: "the digest".to_owned(), about: Some(task), body, at: now() }
}

/// One that came by a link, so it is of no task that is yet to be found.
fn by_link() -> Inbound {
    let key = InboundKey { from: InboundFrom::Link(callback().request.id), id: "retry-1".to_owned() };
    Inbound { key, about: None, body: None, ..event() }
}

fn task() -> ExternalId {
    event().about.unwrap()
}

fn reply() -> FirstReply {
    FirstReply { status: 200, body: "{}".to_owned() }
}

fn kept_by(write_id: &str) -> Item {
    let mut item = written_by(write_id);
    item.insert("digest".to_owned(), AttributeValue::S("the first digest".to_owned()));
    item
}

fn before(reply: Option<FirstReply>) -> Kept {
    Kept::Before { digest: "the first digest".to_owned(), reply }
}

const A_WEEK_LATER: &str = "1795946400";

#[tokio::test]
async fn an_event_is_written_once_by_its_key_and_with_its_body_beside_its_task() {
    let rule = mock!(Client::transact_write_items)
        .match_requests(|input| {
            let updates: Vec<_> = input.transact_items().iter().filter_map(|item| item.update()).collect();
            let [known, early] = updates[..] else { return false };
            let values = known.expression_attribute_values().unwrap();
            let early_values = early.expression_attribute_values().unwrap();
            let expires_at = AttributeValue::N(A_WEEK_LATER.to_owned());
            let name = s(values, ":write_id");
            (s(known.key(), "pk"), s(known.key(), "sk")) == ("inbound#bank#msg_1", "event")
                && known.condition_expression() == Some("attribute_not_exists(pk) OR #expires_at <= :now")
                && known.return_values_on_condition_check_failure()
                    == Some(&ReturnValuesOnConditionCheckFailure::AllOld)
                && known.update_expression().ends_with(" REMOVE #reply_status, #reply_body")
                && s(values, ":digest") == "the digest"
                && values[":now"] == AttributeValue::N(now().as_second().to_string())
                && values[":expires_at"] == expires_at
                && !format!("{known:?}").contains("succeeded")
                && s(early.key(), "pk") == "external#bank#pay_1"
                && s(early.key(), "sk") == format!("inbound#2026-11-22T10:00:00.000000000Z#{name}")
                && Inbound::from_stored(s(early_values, ":document")) == Ok(event())
                && early_values[":expires_at"] == expires_at
                && input.client_request_token() == Some(name)
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    assert_eq!(table(&[&rule]).keep(&event()).await, Ok(Kept::New));
}

#[tokio::test]
async fn what_comes_by_a_link_is_one_item() {
    let rule = mock!(Client::update_item)
        .match_requests(|input| {
            let pk = format!("inbound#/{}#retry-1", callback().request.id);
            s(input.key().unwrap(), "pk") == pk
                && input.condition_expression() == Some("attribute_not_exists(pk) OR #expires_at <= :now")
                && s(input.expression_attribute_values().unwrap(), ":write_id").len() == 32
        })
        .then_output(|| UpdateItemOutput::builder().build());
    assert_eq!(table(&[&rule]).keep(&by_link()).await, Ok(Kept::New));
}

async fn kept(error: impl Fn() -> TransactWriteItemsError + Send + Sync + 'static) -> Result<Kept, StoreError> {
    let rule = mock!(Client::transact_write_items).then_error(error);
    table(&[&rule]).keep(&event()).await
}

async fn kept_by_link(error: impl Fn() -> UpdateItemError + Send + Sync + 'static) -> Result<Kept, StoreError> {
    let rule = mock!(Client::update_item).then_error(error);
    table(&[&rule]).keep(&by_link()).await
}

#[tokio::test]
async fn what_was_kept_before_comes_back_with_its_digest_and_reply() {
    let refused = |there: Item| cancelled(["ConditionalCheckFailed", "None"], Some(there));
    assert_eq!(kept(move || refused(kept_by("another"))).await, Ok(before(None)));
    let answered = || {
        let reply = [
            ("reply_status".to_owned(), AttributeValue::N("200".to_owned())),
            ("reply_body".to_owned(), AttributeValue::S("{}".to_owned())),
        ];
        kept_by("another").into_iter().chain(reply).collect::<Item>()
    };
    assert_eq!(kept(move || refused(answered())).await, Ok(before(Some(reply()))));
    assert_eq!(kept_by_link(move || failed(answered())).await, Ok(before(Some(reply()))));
    for (name, value) in [
        ("digest", AttributeValue::Null(true)),
        ("reply_status", AttributeValue::N("70000".to_owned())),
        ("reply_body", AttributeValue::Null(true)),
    ] {
        let mut item = answered();
        item.insert(name.to_owned(), value);
        let unreadable = kept_by_link(move || failed(item.clone())).await.unwrap_err().to_string();
        assert!(unreadable.ends_with(&format!("the attribute {name} is missing or wrong")), "{unreadable}");
        assert!(!unreadable.contains(TOKEN));
    }
}

#[tokio::test]
async fn whoever_keeps_beside_somebody_else_cannot_say_that_it_is_kept() {
    let beside = Err(StoreError::Unavailable("somebody else is keeping the same".to_owned()));
    assert_eq!(kept(|| cancelled(["TransactionConflict", "None"], None)).await, beside);
    let conflict = TransactionConflictException::builder().meta(meta("TransactionConflictException")).build();
    let conflict = move || UpdateItemError::TransactionConflictException(conflict.clone());
    assert_eq!(kept_by_link(conflict.clone()).await, beside);
    let rule = mock!(Client::update_item).then_error(conflict);
    assert_eq!(table(&[&rule]).replied(&event().key, &reply()).await.map(|()| Kept::New), beside);
}

#[tokio::test]
async fn an_own_event_whose_reply_was_lost_is_known() {
    let (note, noted) = noted();
    let rule = mock!(Client::transact_write_items)
        .match_requests(move |input| {
            input.client_request_token().unwrap().clone_into(&mut note.lock().unwrap());
            true
        })
        .then_error(move || cancelled(["ConditionalCheckFailed", "None"], Some(kept_by(&noted.lock().unwrap()))));
    assert_eq!(table(&[&rule]).keep(&event()).await, Ok(Kept::New));
}

#[tokio::test]
async fn an_own_write_by_a_link_whose_reply_was_lost_is_known() {
    let (note, noted) = noted();
    let rule = mock!(Client::update_item)
        .match_requests(move |input| {
            s(input.expression_attribute_values().unwrap(), ":write_id").clone_into(&mut note.lock().unwrap());
            true
        })
        .then_error(move || failed(kept_by(&noted.lock().unwrap())));
    assert_eq!(table(&[&rule]).keep(&by_link()).await, Ok(Kept::New));
}

#[tokio::test]
async fn the_first_reply_is_put_beside_what_is_there_and_nowhere_else() {
    let rule = mock!(Client::update_item)
        .match_requests(|input| {
            let values = input.expression_attribute_values().unwrap();
            (s(input.key().unwrap(), "pk"), s(input.key().unwrap(), "sk")) == ("inbound#bank#msg_1", "event")
                && input.condition_expression() == Some("attribute_exists(pk) AND attribute_not_exists(#reply_status)")
                && values[":reply_status"] == AttributeValue::N("200".to_owned())
                && s(values, ":reply_body") == "{}"
        })
        .then_output(|| UpdateItemOutput::builder().build());
    assert_eq!(table(&[&rule]).replied(&event().key, &reply()).await, Ok(()));
    let rule = mock!(Client::update_item).then_error(|| failed(kept_by("another")));
    assert_eq!(table(&[&rule]).replied(&event().key, &reply()).await, Ok(()), "there is one, or it is forgotten");
}

/// Writes the correlation, and then finds these.
async fn correlated(items: Vec<Item>) -> Result<Vec<Inbound>, StoreError> {
    let write = mock!(Client::update_item)
        .match_requests(|input| {
            let values = input.expression_attribute_values().unwrap();
            (s(input.key().unwrap(), "pk"), s(input.key().unwrap(), "sk")) == ("external#bank#pay_1", "callback")
                && input.condition_expression().is_none()
                && input.return_values() == Some(&ReturnValue::UpdatedOld)
                && s(values, ":callback_id") == callback().request.id.to_string()
                && values[":expires_at"] == AttributeValue::N("1829901600".to_owned()) // 400 days later
        })
        .then_output(|| UpdateItemOutput::builder().build());
    let read = mock!(Client::query)
        .match_requests(|input| {
            let values = input.expression_attribute_values().unwrap();
            input.consistent_read() == Some(true)
                && input.limit() == Some(100)
                && input.scan_index_forward() != Some(false)
                && input.key_condition_expression() == Some("pk = :pk AND sk >= :since")
                && s(values, ":pk") == "external#bank#pay_1"
                && s(values, ":since") == "inbound#2026-11-22T10:00:00.000000000Z"
        })
        .then_output(move || QueryOutput::builder().set_items(Some(items.clone())).build());
    table(&[&write, &read]).correlate(&task(), callback().request.id, now()).await
}

fn stored(inbound: &Inbound) -> Item {
    [("document".to_owned(), AttributeValue::S(inbound.to_stored()))].into()
}

#[tokio::test]
async fn whoever_correlates_writes_first_and_then_reads_what_came_early() {
    assert_eq!(correlated(vec![]).await, Ok(vec![]));
    let other = Inbound { at: now().checked_add(Duration::from_secs(1)).unwrap(), body: None, ..event() };
    assert_eq!(correlated(vec![stored(&event()), stored(&other)]).await, Ok(vec![event(), other]));
    assert_eq!(correlated(vec![stored(&event()); 101]).await, Ok(vec![event(); 100]), "no more than that");
    let newer = [("document".to_owned(), AttributeValue::S(r#"{"v":9}"#.to_owned()))].into();
    let unreadable = correlated(vec![newer]).await.unwrap_err().to_string();
    assert!(unreadable.contains("stored by a newer version of the bridge"), "{unreadable}");
}

/// A page of DynamoDB has a megabyte at most, whatever else is asked for.
#[tokio::test]
async fn all_pages_are_read() {
    let write = mock!(Client::update_item).then_output(|| UpdateItemOutput::builder().build());
    let pages = mock!(Client::query)
        .sequence()
        .output(|| {
            QueryOutput::builder().items(stored(&event())).last_evaluated_key("pk", AttributeValue::Null(true)).build()
        })
        .output(|| QueryOutput::builder().items(stored(&event())).build())
        .build();
    let correlated = table(&[&write, &pages]).correlate(&task(), callback().request.id, now()).await.unwrap();
    assert_eq!(correlated, [event(), event()]);
}

/// A name that two tasks have leads to the newest, and whatever it led to before keeps nobody from that.
#[tokio::test]
async fn whoever_correlates_may_take_the_place_of_another() {
    let (id, other) = (callback().request.id, CallbackId::of(&TaskToken::new("another").unwrap().attempt_id()));
    for before in [id.to_string(), other.to_string(), "something else".to_owned()] {
        let old: Item = [("callback_id".to_owned(), AttributeValue::S(before))].into();
        let write = mock!(Client::update_item)
            .then_output(move || UpdateItemOutput::builder().set_attributes(Some(old.clone())).build());
        let read = mock!(Client::query).then_output(|| QueryOutput::builder().build());
        assert_eq!(table(&[&write, &read]).correlate(&task(), id, now()).await, Ok(vec![]));
    }
}

async fn callback_of(item: Option<Item>) -> Result<Option<CallbackId>, StoreError> {
    let rule = mock!(Client::query)
        .match_requests(|input| {
            let values = input.expression_attribute_values().unwrap();
            input.consistent_read() == Some(true)
                && input.key_condition_expression() == Some("pk = :pk AND sk = :sk")
                && (s(values, ":pk"), s(values, ":sk")) == ("external#bank#pay_1", "callback")
        })
        .then_output(move || QueryOutput::builder().set_items(Some(item.clone().into_iter().collect())).build());
    table(&[&rule]).correlated(&task()).await
}

#[tokio::test]
async fn the_callback_of_a_task_is_read_as_it_is_now() {
    let of = |id: String| Some([("callback_id".to_owned(), AttributeValue::S(id))].into());
    let id = callback().request.id;
    assert_eq!(callback_of(None).await, Ok(None));
    assert_eq!(callback_of(of(id.to_string())).await, Ok(Some(id)));
    let wrong = callback_of(of("something else".to_owned())).await.unwrap_err().to_string();
    assert!(wrong.ends_with("the attribute callback_id is missing or wrong"), "{wrong}");
}

#[tokio::test]
async fn an_error_about_what_machines_send_is_named_by_its_code_and_repeats_nothing() {
    for code in ["AccessDeniedException", "ItemCollectionSizeLimitExceededException", "ThrottlingException"] {
        let expected = StoreError::Unavailable(code.to_owned());
        let writes = || mock!(Client::update_item).then_error(move || UpdateItemError::generic(meta(code)));
        let reads = || mock!(Client::query).then_error(move || QueryError::generic(meta(code)));
        assert_eq!(kept(move || TransactWriteItemsError::generic(meta(code))).await, Err(expected.clone()));
        assert_eq!(table(&[&writes()]).keep(&by_link()).await, Err(expected.clone()));
        assert_eq!(table(&[&writes()]).replied(&event().key, &reply()).await, Err(expected.clone()));
        let id = callback().request.id;
        assert_eq!(table(&[&writes()]).correlate(&task(), id, now()).await, Err(expected.clone()));
        let written = mock!(Client::update_item).then_output(|| UpdateItemOutput::builder().build());
        assert_eq!(table(&[&written, &reads()]).correlate(&task(), id, now()).await, Err(expected.clone()));
        assert_eq!(table(&[&reads()]).correlated(&task()).await, Err(expected));
    }
    assert_eq!(
        kept(|| cancelled(["None", "ThrottlingError"], None)).await,
        Err(StoreError::Unavailable("ThrottlingError".to_owned()))
    );
}

/// DynamoDB takes 2,048 bytes for the one key and 1,024 for the other.
#[test]
fn keys_are_short_enough_and_no_two_of_them_alike() {
    let longest = "\u{10348}".repeat(256);
    let about = ExternalId { sender: "#".repeat(64), id: longest.clone() };
    let key = InboundKey { from: InboundFrom::Sender(about.sender.clone()), id: longest };
    let event = Inbound { key, about: Some(about), ..event() };
    for update in [inbound::known(&event, &write_id()), inbound::early(&event, &write_id()).unwrap()] {
        assert!(s(&update.key, "pk").len() <= 2_048 && s(&update.key, "sk").len() <= 1_024, "{:?}", update.key);
    }
    let pk_of = |from: InboundFrom, id: &str| {
        let inbound = Inbound { key: InboundKey { from, id: id.to_owned() }, ..by_link() };
        s(&inbound::known(&inbound, "1").key, "pk").to_owned()
    };
    let sender = |name: &str| InboundFrom::Sender(name.to_owned());
    let link = InboundFrom::Link(callback().request.id);
    let froms = [sender("a"), sender("a#b"), sender("a%23b"), sender(&format!("/{}", callback().request.id)), link];
    let all = froms.iter().flat_map(|from| ["c", "b#c", "#c", "23b#c"].map(|id| pk_of(from.clone(), id)));
    assert_eq!(all.collect::<std::collections::BTreeSet<_>>().len(), froms.len() * 4);
}

#[test]
fn what_came_later_stands_behind_what_came_before() {
    let sk_at = |time: &str, write_id: &str| {
        let inbound = Inbound { at: time.parse().unwrap(), ..event() };
        s(&inbound::early(&inbound, write_id).unwrap().key, "sk").to_owned()
    };
    let keys = [
        sk_at("2026-11-22T09:59:59.9Z", "f"),
        sk_at("2026-11-22T09:59:59.95Z", "e"),
        sk_at("2026-11-22T10:00:00Z", "d"),
    ];
    assert!(keys.is_sorted() && keys.iter().all(|sk| **sk > *"callback"), "{keys:?}");
    assert!(keys[0].contains(&sortable("2026-11-22T09:59:59.9Z".parse().unwrap())));
}
