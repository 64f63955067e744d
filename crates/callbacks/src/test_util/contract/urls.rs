//! What a table does with what URLs mean.

use callback_bridge::TaskToken;
use serde_json::json;

use super::time;
use crate::{CallbackId, CallbackStore, StoreError, urls::Actions};

pub(super) async fn keeps_what_they_mean(table: &impl CallbackStore) -> Result<(), StoreError> {
    let [one, other] = ["one with URLs", "another with URLs"].map(id);
    assert_eq!(table.actions(one, 0).await?, None);
    for (id, set, transaction) in [(one, 0, 'a'), (one, 1, 'b'), (other, 0, 'c'), (one, u16::MAX, 'd')] {
        let kept = actions(transaction);
        table.keep_actions(id, set, &kept, time("12:00:00")).await?;
        table.keep_actions(id, set, &kept, time("12:00:00")).await?;
        assert_eq!(table.actions(id, set).await?, Some(kept), "{transaction}");
    }
    assert_eq!(table.actions(one, 0).await?, Some(actions('a')), "each stays what it was");
    assert_eq!(table.actions(other, 1).await?, None);
    assert_eq!(table.load(one).await?, None, "they are no callback");
    Ok(())
}

fn actions(transaction: char) -> Actions {
    let actions = json!({
        "transactionId": transaction.to_string().repeat(32),
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
