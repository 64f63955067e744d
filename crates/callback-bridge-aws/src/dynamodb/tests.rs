//! What is asked of DynamoDB, and what each of its replies means. That it works is tested end to end.

mod machines;
mod urls;

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::{
    error::ErrorMetadata,
    operation::{
        query::{QueryError, QueryOutput},
        transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput},
        update_item::{UpdateItemError, UpdateItemOutput},
    },
    types::{
        CancellationReason,
        error::{ConditionalCheckFailedException, TransactionCanceledException, TransactionConflictException},
    },
};
use aws_smithy_mocks::{Rule, mock, mock_client};
use callback_bridge::{Disposition, TaskContext, TaskToken};
use callbacks::{Approval, Ask, Request, Status, Waiting};

use super::*;

const TOKEN: &str = "AQCU+/secret=";

fn table(rules: &[&Rule]) -> CallbackTable {
    let client = mock_client!(aws_sdk_dynamodb, rules);
    CallbackTable { client, name: "callbacks".to_owned(), kept: CallbackTable::KEPT }
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn callback() -> Callback {
    let approval = serde_json::json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
    let token = TaskToken::new(TOKEN).unwrap();
    let (attempt, context) = (token.attempt_id(), TaskContext::default());
    let waiting = Waiting { attempt, context, sent_at: now(), heartbeat: None, timeout: None };
    let request = Request::new(waiting, Ask::Approval(Approval::read(approval).unwrap())).unwrap();
    let state = State::new(&request, token, now());
    Callback { request, state }
}

fn pending() -> State {
    State { version: 7, ..callback().state }
}

fn settled() -> State {
    let status = Status::Settled { decision: None, disposition: Disposition::Closed, at: now() };
    State { status, token: None, due_at: None, version: 7, ..callback().state }
}

fn s<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

fn written_by(write_id: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    [("write_id".to_owned(), text(write_id)), ("token".to_owned(), text(TOKEN))].into()
}

fn meta(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message(format!("One or more parameter values: {TOKEN}")).build()
}

fn cancelled(codes: [&str; 2], state: Option<Item>) -> TransactWriteItemsError {
    let mut state = Some(state);
    let reasons = codes.map(|code| CancellationReason::builder().code(code).set_item(state.take().flatten()).build());
    let cancelled = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons.into()));
    TransactWriteItemsError::TransactionCanceledException(cancelled.meta(meta("TransactionCanceledException")).build())
}

fn failed(there: Item) -> UpdateItemError {
    let failed = ConditionalCheckFailedException::builder().set_item(Some(there));
    UpdateItemError::ConditionalCheckFailedException(failed.meta(meta("ConditionalCheckFailedException")).build())
}

#[tokio::test]
async fn parking_writes_both_items_together_if_neither_is_there() {
    let rule = mock!(Client::transact_write_items)
        .match_requests(|input| {
            let puts: Vec<_> = input.transact_items().iter().filter_map(|item| item.put()).collect();
            let [state, request] = puts[..] else { return false };
            let (state_item, request_item) = (state.item(), request.item());
            [state, request].iter().all(|put| put.condition_expression() == Some("attribute_not_exists(pk)"))
                && s(state_item, "pk") == s(request_item, "pk")
                && (s(state_item, "sk"), s(request_item, "sk")) == ("state", "request")
                && (s(state_item, "token"), s(state_item, "status")) == (TOKEN, "pending")
                && s(state_item, "attempt").len() == 64
                && s(state_item, "due_at") == "2026-11-22T10:00:00.000000000Z"
                && state_item.contains_key("due_shard")
                && !format!("{request_item:?}").contains(TOKEN)
                && !state_item.contains_key("expires_at")
                && input.client_request_token() == Some(s(state_item, "write_id"))
                && input.client_request_token().is_some_and(|token| token.len() <= 36)
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    assert_eq!(table(&[&rule]).park(&callback()).await, Ok(Parked::New));
}

async fn parked(error: impl Fn() -> TransactWriteItemsError + Send + Sync + 'static) -> Result<Parked, StoreError> {
    let rule = mock!(Client::transact_write_items).then_error(error);
    table(&[&rule]).park(&callback()).await
}

#[tokio::test]
async fn what_is_parked_already_is_known_by_the_reasons_of_the_cancellation() {
    let both = ["ConditionalCheckFailed", "ConditionalCheckFailed"];
    assert_eq!(parked(move || cancelled(both, Some(written_by("another")))).await, Ok(Parked::Before));
    assert_eq!(parked(|| cancelled(["None", "ConditionalCheckFailed"], None)).await, Ok(Parked::Before));
}

#[tokio::test]
async fn who_parks_beside_somebody_else_tries_again_and_cannot_say_that_it_is_parked() {
    let beside = || cancelled(["TransactionConflict", "None"], None);
    let always = mock!(Client::transact_write_items).sequence().error(beside).times(PARK_TRIES.into()).build();
    let problem = "somebody else is writing the same callback".to_owned();
    assert_eq!(table(&[&always]).park(&callback()).await, Err(StoreError::Unavailable(problem)));
    let written = || TransactWriteItemsOutput::builder().build();
    let a_moment = mock!(Client::transact_write_items).sequence().error(beside).output(written).build();
    assert_eq!(table(&[&a_moment]).park(&callback()).await, Ok(Parked::New));
    let throttled = parked(|| cancelled(["None", "ThrottlingError"], None)).await;
    assert_eq!(throttled, Err(StoreError::Unavailable("ThrottlingError".to_owned())));
}

/// Takes the name of a write from its request, for a reply that finds it carried out before.
fn noted() -> (Arc<Mutex<String>>, Arc<Mutex<String>>) {
    let noted = Arc::new(Mutex::new(String::new()));
    (Arc::clone(&noted), noted)
}

#[tokio::test]
async fn an_own_transaction_whose_reply_was_lost_is_known() {
    let (note, noted) = noted();
    let rule = mock!(Client::transact_write_items)
        .match_requests(move |input| {
            *note.lock().unwrap() = input.client_request_token().unwrap().to_owned();
            true
        })
        .then_error(move || {
            let there = written_by(&noted.lock().unwrap());
            cancelled(["ConditionalCheckFailed", "ConditionalCheckFailed"], Some(there))
        });
    assert_eq!(table(&[&rule]).park(&callback()).await, Ok(Parked::New));
}

#[tokio::test]
async fn a_write_is_made_over_the_version_before_and_never_sends_the_token() {
    let rule = mock!(Client::update_item)
        .match_requests(|input| {
            let values = input.expression_attribute_values().unwrap();
            input.condition_expression() == Some("#version = :before")
                && values[":before"] == AttributeValue::N("6".to_owned())
                && values[":version"] == AttributeValue::N("7".to_owned())
                && input.update_expression().is_some_and(|expression| expression.ends_with(" REMOVE #expires_at"))
                && input.return_values_on_condition_check_failure()
                    == Some(&ReturnValuesOnConditionCheckFailure::AllOld)
                && !format!("{input:?}").contains(TOKEN)
        })
        .then_output(|| UpdateItemOutput::builder().build());
    assert_eq!(table(&[&rule]).write(callback().request.id, &pending()).await, Ok(Written::Done));
}

async fn update(error: impl Fn() -> UpdateItemError + Send + Sync + 'static) -> Result<Written, StoreError> {
    let rule = mock!(Client::update_item).then_error(error);
    table(&[&rule]).write(callback().request.id, &pending()).await
}

#[tokio::test]
async fn a_write_that_somebody_came_before_is_a_conflict() {
    assert_eq!(update(|| failed(written_by("another"))).await, Ok(Written::Conflict));
    assert_eq!(update(|| failed(Item::new())).await, Ok(Written::Conflict));
    let beside = TransactionConflictException::builder().meta(meta("TransactionConflictException")).build();
    let beside = move || UpdateItemError::TransactionConflictException(beside.clone());
    assert_eq!(update(beside).await, Ok(Written::Conflict));
    // Nothing comes before the first version, so nobody is asked.
    let first = State { version: 0, ..pending() };
    assert_eq!(table(&[]).write(callback().request.id, &first).await, Ok(Written::Conflict));
}

#[tokio::test]
async fn an_own_write_whose_reply_was_lost_is_known() {
    let (note, noted) = noted();
    let rule = mock!(Client::update_item)
        .match_requests(move |input| {
            let values = input.expression_attribute_values().unwrap();
            s(values, ":write_id").clone_into(&mut note.lock().unwrap());
            true
        })
        .then_error(move || failed(written_by(&noted.lock().unwrap())));
    assert_eq!(table(&[&rule]).write(callback().request.id, &pending()).await, Ok(Written::Done));
}

#[tokio::test]
async fn the_write_that_settles_removes_the_token_and_says_when_both_items_are_forgotten() {
    let expires_at = AttributeValue::N("1803117600".to_owned()); // 90 days later
    let rule = mock!(Client::transact_write_items)
        .match_requests(move |input| {
            let updates: Vec<_> = input.transact_items().iter().filter_map(|item| item.update()).collect();
            let [state, request] = updates[..] else { return false };
            let values = state.expression_attribute_values().unwrap();
            let expression = state.update_expression();
            expression.ends_with(" REMOVE #due_at, #due_shard, #token")
                && expression.contains("#expires_at = :expires_at")
                && values[":expires_at"] == expires_at
                && s(request.key(), "sk") == "request"
                && request.condition_expression() == Some("attribute_exists(pk)")
                && request.expression_attribute_values().unwrap()[":expires_at"] == expires_at
                && input.client_request_token() == Some(s(values, ":write_id"))
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    assert_eq!(table(&[&rule]).write(callback().request.id, &settled()).await, Ok(Written::Done));
    for (codes, there) in [
        (["ConditionalCheckFailed", "None"], Some(written_by("another"))),
        (["ConditionalCheckFailed", "ConditionalCheckFailed"], None),
        (["TransactionConflict", "None"], None),
    ] {
        let rule = mock!(Client::transact_write_items).then_error(move || cancelled(codes, there.clone()));
        let written = table(&[&rule]).write(callback().request.id, &settled()).await;
        assert_eq!(written, Ok(Written::Conflict), "{codes:?}");
    }
}

#[tokio::test]
async fn an_error_is_named_by_its_code_and_repeats_nothing() {
    let codes = ["AccessDeniedException", "ResourceNotFoundException", "ItemCollectionSizeLimitExceededException"];
    for code in codes {
        let parked = parked(move || TransactWriteItemsError::generic(meta(code))).await;
        assert_eq!(parked, Err(StoreError::Unavailable(code.to_owned())));
        let written = update(move || UpdateItemError::generic(meta(code))).await;
        assert_eq!(written, Err(StoreError::Unavailable(code.to_owned())));
        let rule = mock!(Client::query).then_error(move || QueryError::generic(meta(code)));
        assert_eq!(table(&[&rule]).load(callback().request.id).await, Err(StoreError::Unavailable(code.to_owned())));
        let rule = mock!(Client::query).then_error(move || QueryError::generic(meta(code)));
        assert_eq!(table(&[&rule]).due(0, now(), 25).await, Err(StoreError::Unavailable(code.to_owned())));
    }
}

async fn loaded(items: Vec<Item>) -> Result<Option<Callback>, StoreError> {
    let rule = mock!(Client::query)
        .match_requests(|input| input.consistent_read() == Some(true) && input.index_name().is_none())
        .then_output(move || QueryOutput::builder().set_items(Some(items.clone())).build());
    table(&[&rule]).load(callback().request.id).await
}

#[tokio::test]
async fn both_items_are_a_callback_and_one_of_them_is_none() {
    let callback = callback();
    let (request, state) = (item::of_request(&callback.request), item::of_new_state(&callback, "1"));
    assert_eq!(loaded(vec![request.clone(), state.clone()]).await, Ok(Some(callback)));
    for rest in [vec![], vec![request], vec![state]] {
        assert_eq!(loaded(rest).await, Ok(None));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_said_by_the_name_of_its_attribute() {
    let callback = callback();
    let (request, state) = (item::of_request(&callback.request), item::of_new_state(&callback, "1"));
    for (name, value, told) in [
        ("document", r#"{"v":9}"#, "stored by a newer version of the bridge"),
        ("version", TOKEN, "the attribute version is missing or wrong"),
        ("due_at", TOKEN, "the attribute due_at is missing or wrong"),
        ("token", "", "the attribute token is missing or wrong"),
    ] {
        let mut state = state.clone();
        state.insert(name.to_owned(), AttributeValue::S(value.to_owned()));
        let error = loaded(vec![request.clone(), state]).await.unwrap_err().to_string();
        assert!(error.contains(told) && !error.contains(TOKEN), "{error}");
    }
}

#[tokio::test]
async fn what_is_due_is_asked_of_the_index() {
    let id = callback().request.id;
    let rule = mock!(Client::query)
        .match_requests(|input| {
            let values = input.expression_attribute_values().unwrap();
            (input.index_name(), input.limit()) == (Some("due"), Some(25))
                && input.key_condition_expression() == Some("due_shard = :shard AND due_at <= :now")
                && values[":shard"] == AttributeValue::N("3".to_owned())
                && s(values, ":now") == "2026-11-22T10:00:00.000000000Z"
                && input.scan_index_forward() != Some(false)
        })
        .then_output(move || {
            let stray = Item::from([("pk".to_owned(), AttributeValue::S("something else".to_owned()))]);
            QueryOutput::builder().items(stray).items(item::request_key(id)).build()
        });
    assert_eq!(table(&[&rule]).due(3, now(), 25).await, Ok(vec![id]), "what is no callback keeps none waiting");
}

#[tokio::test]
async fn what_comes_up_is_asked_of_the_index_from_where_a_page_ended() {
    let id = callback().request.id;
    let due = Due { at: "2026-11-22T10:00:00.5Z".parse().unwrap(), id };
    let (expected, entry) = (item::index_key(due), item::index_key(due));
    let rule = mock!(Client::query)
        .match_requests(move |input| {
            let values = input.expression_attribute_values().unwrap();
            (input.index_name(), input.limit()) == (Some("due"), Some(25))
                && input.key_condition_expression() == Some("due_shard = :shard")
                && values[":shard"] == AttributeValue::N(id.shard().to_string())
                && input.exclusive_start_key() == Some(&expected)
        })
        .then_output(move || QueryOutput::builder().items(entry.clone()).build());
    assert_eq!(table(&[&rule]).upcoming(id.shard(), Some(due), 25).await, Ok(vec![due]));
    let key = item::index_key(due);
    assert_eq!((s(&key, "sk"), s(&key, "due_at")), ("state", "2026-11-22T10:00:00.500000000Z"));
    assert_eq!(key.len(), 4, "the keys of the index and those of the table");
}

#[tokio::test]
async fn a_page_without_a_callback_is_not_the_end() {
    let due = Due { at: now(), id: callback().request.id };
    let stray = || Item::from([("pk".to_owned(), AttributeValue::S("something else".to_owned()))]);
    let first = mock!(Client::query)
        .match_requests(|input| input.exclusive_start_key().is_none())
        .then_output(move || QueryOutput::builder().items(stray()).set_last_evaluated_key(Some(stray())).build());
    let second = mock!(Client::query)
        .match_requests(move |input| input.exclusive_start_key() == Some(&stray()))
        .then_output(move || QueryOutput::builder().items(item::index_key(due)).build());
    assert_eq!(table(&[&first, &second]).upcoming(3, None, 1).await, Ok(vec![due]));
}
