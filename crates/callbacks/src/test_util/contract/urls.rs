//! What a table does with what URLs mean.

use callback_bridge::TaskToken;
use serde_json::json;

use super::time;
use crate::{
    CallbackId, CallbackStore, StoreError,
    urls::{Actions, TransactionId},
};

pub(super) async fn keeps_what_they_mean(table: &impl CallbackStore) -> Result<(), StoreError> {
    let [one, other] = ["one with URLs", "another with URLs"].map(id);
    let [a, b, c] = [1, 2, 3].map(TransactionId::new);
    assert_eq!(written(table, one, a).await?, None);
    for (id, set) in [(one, a), (one, b), (other, c)] {
        let kept = actions(set);
        table.keep_actions(id, &kept, time("12:00:00")).await?;
        table.keep_actions(id, &kept, time("12:00:00")).await?;
        assert_eq!(written(table, id, set).await?, Some(kept.to_stored()), "{set}");
    }
    assert_eq!(written(table, one, a).await?, Some(actions(a).to_stored()), "each stays what it was");
    assert_eq!(written(table, other, a).await?, None);
    assert_eq!(table.load(one).await?, None, "they are no callback");
    Ok(())
}

async fn written(
    table: &impl CallbackStore,
    id: CallbackId,
    set: TransactionId,
) -> Result<Option<serde_json::Value>, StoreError> {
    Ok(table.actions(id, set).await?.map(|actions| actions.to_stored()))
}

fn actions(transaction_id: TransactionId) -> Actions {
    let stored = json!({
        "transactionId": transaction_id,
        "actions": [
            { "name": "approve", "type": "success", "output": { "amount": 12.5, "text": "\u{f8}\u{0}" }, "response": { "text": "thanks" } },
            { "name": "reject", "type": "failure", "error": "rejected", "cause": "nobody knows" },
        ],
        "expiration": "2026-11-22T12:00:00", "outputParameters": true,
    });
    Actions::from_stored(&stored).unwrap_or_else(|error| panic!("{error}"))
}

fn id(token: &str) -> CallbackId {
    CallbackId::of(&TaskToken::new(token).unwrap_or_else(|error| panic!("{error}")).attempt_id())
}
