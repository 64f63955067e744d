//! What every table of callbacks does, whatever it is made of: so the one in memory stands for the real one.

mod machines;
mod urls;

use std::{collections::BTreeSet, time::Duration};

use callback_bridge::{Disposition, TaskContext, TaskToken};
use futures_util::future::join_all;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    Approval, Ask, Callback, CallbackId, CallbackStore, Parked, Request, State, Status, StoreError, Waiting, Written,
};

/// Goes through all that [`CallbackStore`] promises, on an empty table.
///
/// # Panics
/// When the table does otherwise.
///
/// # Errors
/// When the table is in trouble.
pub async fn keeps_the_contract(table: &impl CallbackStore) -> Result<(), StoreError> {
    a_callback_is_parked_once_and_read_as_it_was_written(table).await?;
    a_write_over_another_version_changes_nothing(table).await?;
    of_those_who_write_at_once_one_wins_each_version(table).await?;
    what_is_due_comes_in_order(table).await?;
    machines::keeps_what_they_send(table).await?;
    urls::keeps_what_they_mean(table).await
}

async fn a_callback_is_parked_once_and_read_as_it_was_written(table: &impl CallbackStore) -> Result<(), StoreError> {
    let first = callback("parked");
    let id = first.request.id;
    assert_eq!(table.load(id).await?, None, "what is not there is nothing");
    assert_eq!(table.park(&first).await?, Parked::New);
    let mut second = first.clone();
    second.state.settle_tries = 7;
    assert_eq!(table.park(&second).await?, Parked::Before);
    assert_eq!(table.load(id).await?, Some(first), "the first stays");
    Ok(())
}

async fn a_write_over_another_version_changes_nothing(table: &impl CallbackStore) -> Result<(), StoreError> {
    let callback = callback("written");
    let id = callback.request.id;
    let next = |version| State { version, settle_tries: 1, ..callback.state.clone() };
    assert_eq!(table.write(id, &next(1)).await?, Written::Conflict, "nothing is there to be written over");
    assert_eq!(table.load(id).await?, None);
    table.park(&callback).await?;
    for version in [0, 2] {
        assert_eq!(table.write(id, &next(version)).await?, Written::Conflict, "{version}");
        assert_eq!(table.load(id).await?, Some(callback.clone()));
    }
    assert_eq!(table.write(id, &next(1)).await?, Written::Done);
    assert_eq!(table.load(id).await?, Some(Callback { state: next(1), ..callback.clone() }));
    assert_eq!(table.write(id, &next(1)).await?, Written::Conflict, "once is enough");
    let settled = settled(&State { version: 2, ..callback.state.clone() });
    assert_eq!(table.write(id, &settled).await?, Written::Done);
    assert_eq!(table.load(id).await?, Some(Callback { state: settled, ..callback }));
    Ok(())
}

async fn of_those_who_write_at_once_one_wins_each_version(table: &impl CallbackStore) -> Result<(), StoreError> {
    let callback = callback("raced for");
    let id = callback.request.id;
    table.park(&callback).await?;
    let writer = async |number| {
        let mut won = Vec::new();
        for _ in 0..8 {
            let Some(Callback { state, .. }) = table.load(id).await? else { panic!("it has gone") };
            let next = State { version: state.version + 1, settle_tries: number, ..state };
            if table.write(id, &next).await? == Written::Done {
                won.push(next.version);
            }
        }
        Ok(won)
    };
    let writers = join_all((0..4).map(writer)).await;
    let won: Vec<u64> = writers.into_iter().collect::<Result<Vec<_>, StoreError>>()?.concat();
    let versions: BTreeSet<u64> = won.iter().copied().collect();
    assert_eq!(versions.len(), won.len(), "a version was won twice: {won:?}");
    let last = table.load(id).await?.map(|callback| callback.state.version);
    assert_eq!(versions, (1..=last.unwrap_or_default()).collect(), "each version was won by somebody");
    Ok(())
}

async fn what_is_due_comes_in_order(table: &impl CallbackStore) -> Result<(), StoreError> {
    let numbered = (0..).map(|number| callback(&format!("due {number}")));
    let mut callbacks: Vec<Callback> = numbered.filter(|callback| callback.request.id.shard() == 3).take(5).collect();
    // A fraction of a second has as many digits as it needs, which must not matter.
    let due_at = ["09:59:59.9", "09:00:00", "09:59:59.95", "10:00:00", "10:00:00.000000001"];
    for (callback, due_at) in callbacks.iter_mut().zip(due_at) {
        callback.state.due_at = Some(time(due_at));
        table.park(callback).await?;
    }
    let ids = |order: &[usize]| order.iter().map(|at| callbacks[*at].request.id).collect::<Vec<CallbackId>>();
    let now = time("10:00:00");
    assert_eq!(table.due(3, now, 25).await?, ids(&[1, 0, 2, 3]), "the longest due first, and nothing before its time");
    assert_eq!(table.due(3, now, 2).await?, ids(&[1, 0]), "no more than was asked for");
    assert_eq!(table.due(4, now, 25).await?.iter().find(|id| id.shard() != 4), None, "only what is in the shard");
    let later = State { version: 1, due_at: Some(time("11:00:00")), ..callbacks[1].state.clone() };
    table.write(callbacks[1].request.id, &later).await?;
    let settled = settled(&State { version: 1, ..callbacks[0].state.clone() });
    table.write(callbacks[0].request.id, &settled).await?;
    assert_eq!(table.due(3, now, 25).await?, ids(&[2, 3]), "what was claimed or settled is not due");
    what_comes_up_is_read_page_by_page(table, &ids(&[2, 3, 4, 1])).await
}

/// These are all in shard 3 whose life goes on, in the order in which something is done about them.
async fn what_comes_up_is_read_page_by_page(table: &impl CallbackStore, ids: &[CallbackId]) -> Result<(), StoreError> {
    for most in [1, 2, 25] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = table.upcoming(3, after, most).await?;
            assert!(page.len() <= usize::from(most), "no more than was asked for");
            let Some(last) = page.last() else { break };
            after = Some(*last);
            read.extend(page.iter().map(|due| due.id));
        }
        // What else was parked may be in the shard.
        read.retain(|id| ids.contains(id));
        assert_eq!(read, ids, "each once, the soonest first, also what is due later, in pages of {most}");
    }
    Ok(())
}

fn time(of_day: &str) -> Timestamp {
    let time = format!("2026-11-22T{of_day}Z").parse();
    time.unwrap_or_else(|error| panic!("{of_day}: {error}"))
}

fn callback(token: &str) -> Callback {
    let token = TaskToken::new(token).unwrap_or_else(|error| panic!("{error}"));
    let approval = json!({ "title": token.attempt_id(), "approvers": ["alice@example.com", "bob@example.com"] });
    let approval = Approval::read(approval).unwrap_or_else(|error| panic!("{error}"));
    let waiting = Waiting {
        attempt: token.attempt_id(),
        context: TaskContext::default(),
        sent_at: time("10:00:00.123456789"),
        heartbeat: Some(Duration::from_mins(5)),
        timeout: None,
    };
    let request = Request::new(waiting, Ask::Approval(approval)).unwrap_or_else(|error| panic!("{error}"));
    let state = State::new(&request, token, time("10:00:00.5"));
    Callback { request, state }
}

fn settled(state: &State) -> State {
    let status = Status::Settled { decision: None, disposition: Disposition::Closed, at: time("10:30:00") };
    State { status, token: None, due_at: None, heartbeat_at: None, ..state.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_util::MemoryStore;

    #[tokio::test]
    async fn the_table_in_memory_keeps_the_contract() {
        keeps_the_contract(&MemoryStore::default()).await.unwrap();
    }
}
