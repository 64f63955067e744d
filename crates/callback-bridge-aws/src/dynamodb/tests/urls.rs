//! What URLs mean, as it is written and read.

use callbacks::urls::{Actions, TransactionId};
use serde_json::json;

use super::*;

const SET: TransactionId = TransactionId::new(7);

fn actions() -> Actions {
    let stored = json!({
        "transactionId": SET,
        "actions": [{ "name": "approve", "type": "success", "output": null }],
    });
    serde_json::from_value(stored).unwrap()
}

#[tokio::test]
async fn they_stand_apart_from_the_callback_and_expire_after_it() {
    let rule = mock!(Client::update_item)
        .match_requests(|input| {
            let (key, values) = (input.key().unwrap(), input.expression_attribute_values().unwrap());
            let id = callback().request.id;
            s(key, "pk") == format!("actions#{id}")
                && s(key, "sk") == SET.to_string()
                && input.condition_expression().is_none()
                && s(values, ":document").contains(r#""name":"approve""#)
                && !s(values, ":document").contains(TOKEN)
                && values[":expires_at"] == AttributeValue::N("1803117600".to_owned()) // 90 days later
        })
        .then_output(|| UpdateItemOutput::builder().build());
    assert_eq!(table(&[&rule]).keep_actions(callback().request.id, &actions(), now()).await, Ok(()));
    assert_eq!(rule.num_calls(), 1);
}

async fn read(items: Vec<Item>) -> Result<Option<Actions>, StoreError> {
    let rule = mock!(Client::query)
        .match_requests(|input| {
            let values = input.expression_attribute_values().unwrap();
            input.consistent_read() == Some(true)
                && input.key_condition_expression() == Some("pk = :pk AND sk = :sk")
                && s(values, ":pk") == format!("actions#{}", callback().request.id)
                && s(values, ":sk") == SET.to_string()
        })
        .then_output(move || QueryOutput::builder().set_items(Some(items.clone())).build());
    table(&[&rule]).actions(callback().request.id, SET).await
}

#[tokio::test]
async fn they_are_read_as_they_were_written() {
    let item = |document: &str| Item::from([("document".to_owned(), AttributeValue::S(document.to_owned()))]);
    assert_eq!(read(vec![]).await.map(|none| none.is_none()), Ok(true));
    let stored = actions().to_stored();
    let kept = read(vec![item(&stored)]).await.unwrap().unwrap();
    assert_eq!(kept, actions());
    for (document, problem) in [(r#"{"v":9}"#, "newer version"), ("{}", "not in the form that is stored")] {
        let unreadable = read(vec![item(document)]).await.unwrap_err().to_string();
        assert!(unreadable.contains(problem), "{unreadable}");
    }
}

#[tokio::test]
async fn an_error_is_named_by_its_code() {
    let code = "ThrottlingException";
    let meta = move || ErrorMetadata::builder().code(code).message(TOKEN).build();
    let write = mock!(Client::update_item).then_error(move || UpdateItemError::generic(meta()));
    let kept = table(&[&write]).keep_actions(callback().request.id, &actions(), now()).await;
    assert_eq!(kept, Err(StoreError::Unavailable(code.to_owned())));
    let read = mock!(Client::query).then_error(move || QueryError::generic(meta()));
    let found = table(&[&read]).actions(callback().request.id, SET).await;
    assert_eq!(found.map(|_| ()), Err(StoreError::Unavailable(code.to_owned())));
}
