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
    assert_eq!(table.actions(one, a).await?, None);
    for (id, set) in [(one, a), (one, b), (other, c)] {
        let kept = actions(set);
        table.keep_actions(id, &kept, time("12:00:00")).await?;
        table.keep_actions(id, &kept, time("12:00:00")).await?;
        assert_eq!(table.actions(id, set).await?, Some(kept), "{set}");
    }
    assert_eq!(table.actions(one, a).await?, Some(actions(a)), "each stays what it was");
    assert_eq!(table.actions(other, a).await?, None);
    assert_eq!(table.load(one).await?, None, "they are no callback");
    Ok(())
}

fn actions(transaction_id: TransactionId) -> Actions {
    let actions = json!({
        "transactionId": transaction_id,
        "actions": [
            { "name": "approve", "type": "success", "output": { "amount": 12.5, "text": "\u{f8}\u{0}" }, "response": { "text": "thanks" } },
            { "name": "reject", "type": "failure", "error": "rejected", "cause": "nobody knows" },
        ],
        "expiration": "2026-11-22T12:00:00", "outputParameters": true,
    });
    serde_json::from_value(actions).unwrap_or_else(|error| panic!("{error}"))
}

fn id(token: &str) -> CallbackId {
    CallbackId::of(&TaskToken::new(token).unwrap_or_else(|error| panic!("{error}")).attempt_id())
}
