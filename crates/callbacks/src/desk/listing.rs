//! What is parked and not over, the most urgent first.

mod filter;
mod merge;
mod position;

use callback_bridge::TaskCallbacks;
use futures_util::{StreamExt, stream};
use tracing::error;

pub use filter::{Filter, Kind, Standing};
use merge::Merge;
pub use position::{NotAPosition, Position};

use super::Desk;
use crate::{Callback, CallbackId, CallbackStore, Clock, Outside, Status, ports::StoreError};

/// How many callbacks are read at once.
const AT_ONCE: usize = 16;
/// After how many that were read a page ends, however few of them were wanted.
const MOST_READ: usize = 1000;

/// A page of a listing.
#[derive(Debug)]
pub struct Listed {
    /// Callbacks as they are now, the one first about which something is to be done first.
    pub callbacks: Vec<Callback>,
    /// Those that could not be read, and may be among the wanted ones; their reasons are logged.
    pub unreadable: Vec<CallbackId>,
    /// Where the next page begins; nothing where there is none.
    pub next: Option<Position>,
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Desk<S, C, O, K> {
    /// The callbacks behind a position that are not over yet and pass a filter, `most` at most, and perhaps fewer although there
    /// are more. One that changes between two pages may be on both, or on neither.
    ///
    /// # Errors
    /// When the index of the table cannot be read. A callback that cannot be is left out, and told.
    pub async fn list(&self, filter: &Filter, after: Position, most: usize) -> Result<Listed, StoreError> {
        let now = self.now();
        let (mut position, mut callbacks, mut unreadable, mut read) = (after.clone(), Vec::new(), Vec::new(), 0);
        let mut merge = Merge::new(&self.store, after);
        loop {
            let batch = merge.take(AT_ONCE).await?;
            if batch.is_empty() {
                return Ok(Listed { callbacks, unreadable, next: None });
            }
            let loaded = batch.iter().map(|due| self.store.load(due.id));
            let loaded: Vec<_> = stream::iter(loaded).buffered(AT_ONCE).collect().await;
            for (due, callback) in batch.into_iter().zip(loaded) {
                if filter.ends_before(due.at, now) {
                    return Ok(Listed { callbacks, unreadable, next: None });
                }
                if callbacks.len() >= most || read >= MOST_READ {
                    return Ok(Listed { callbacks, unreadable, next: Some(position) });
                }
                let wanted = |callback: &Callback| !is_over(callback) && filter.takes(callback, now);
                match callback {
                    Ok(callback) => callbacks.extend(callback.filter(wanted)),
                    Err(error @ StoreError::Unavailable(_)) => return Err(error),
                    Err(error @ StoreError::Unreadable(_)) => {
                        error!(callback.id = %due.id, %error, "a callback cannot be read, and is left out of a listing");
                        unreadable.push(due.id);
                    }
                }
                position.moves_to(due);
                read += 1;
            }
        }
    }
}

/// Whether nothing is to come of it for its task.
const fn is_over(callback: &Callback) -> bool {
    matches!(callback.state.status, Status::Settled { .. })
}
