//! What happened, in order: a list that only grows, with readers that miss nothing.
//!
//! Channels either lose items when a reader is slow or keep them for readers that are gone.
//! A demo's worth of events fits into memory, so a journal keeps them all, and a reader is only a position in it.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::bail;
use tokio::sync::watch;

/// How many of the last items an error shows when what was waited for did not come.
const SHOWN: usize = 12;

/// An item, and the time of day when it was appended.
type Stamped<T> = (SystemTime, T);

/// A growing list; clones share it.
#[derive(Debug)]
pub struct Journal<T> {
    items: Arc<Mutex<Vec<Stamped<T>>>>,
    grown: Arc<watch::Sender<()>>,
}

impl<T> Clone for Journal<T> {
    fn clone(&self) -> Self {
        Self { items: Arc::clone(&self.items), grown: Arc::clone(&self.grown) }
    }
}

impl<T> Default for Journal<T> {
    fn default() -> Self {
        Self { items: Arc::default(), grown: Arc::new(watch::Sender::new(())) }
    }
}

impl<T: Clone> Journal<T> {
    /// Appends one item and wakes the readers.
    #[expect(
        clippy::disallowed_methods,
        reason = "when something happened is told by whoever saw it, not by who reads of it"
    )]
    pub fn append(&self, item: T) {
        let mut items = self.lock();
        items.push((SystemTime::now(), item)); // under the lock, so that times are in order
        drop(items);
        self.grown.send_replace(());
    }

    /// Everything so far.
    #[must_use]
    pub fn items(&self) -> Vec<T> {
        self.lock().iter().map(|(_, item)| item.clone()).collect()
    }

    /// Whether an item so far is one that is `wanted`.
    pub fn any(&self, mut wanted: impl FnMut(&T) -> bool) -> bool {
        self.lock().iter().any(|(_, item)| wanted(item))
    }

    /// A reader that begins with the first item.
    #[must_use]
    pub fn reader(&self) -> Reader<T> {
        Reader { journal: self.clone(), position: 0, grown: self.grown.subscribe() }
    }

    /// A reader that begins with the next item to come.
    #[must_use]
    pub fn tail(&self) -> Reader<T> {
        let mut reader = self.reader();
        reader.position = self.lock().len();
        reader
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Stamped<T>>> {
        // A list of whole items is whole even if a thread panicked while it held the lock.
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A position in a [`Journal`]: sees each item once, in order, however late it asks.
#[derive(Debug)]
pub struct Reader<T> {
    journal: Journal<T>,
    position: usize,
    grown: watch::Receiver<()>,
}

impl<T: Clone> Reader<T> {
    /// The next item, at once if there is one.
    pub fn try_next(&mut self) -> Option<T> {
        self.try_next_stamped().map(|(_, item)| item)
    }

    fn try_next_stamped(&mut self) -> Option<Stamped<T>> {
        let item = self.journal.lock().get(self.position).cloned()?;
        self.position += 1;
        Some(item)
    }

    /// The next item; waits for it. Dropping the future loses nothing.
    pub async fn next(&mut self) -> T {
        self.next_stamped().await.1
    }

    /// The next item, and when it was appended; waits for it. Dropping the future loses nothing.
    pub async fn next_stamped(&mut self) -> (SystemTime, T) {
        loop {
            self.grown.mark_unchanged();
            if let Some(item) = self.try_next_stamped() {
                return item;
            }
            if self.grown.changed().await.is_err() {
                // The reader holds the journal and with it the sender, so this can't happen; wait rather than spin.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Reads on to the first item that is `wanted`.
    ///
    /// # Errors
    /// If it does not come `within` this time; the message shows the last items.
    pub async fn find(&mut self, within: Duration, mut wanted: impl FnMut(&T) -> bool) -> anyhow::Result<T>
    where
        T: Debug,
    {
        let found = async {
            loop {
                let item = self.next().await;
                if wanted(&item) {
                    return item;
                }
            }
        };
        if let Ok(item) = tokio::time::timeout(within, found).await {
            return Ok(item);
        }
        let items = self.journal.items();
        let last = &items[items.len().saturating_sub(SHOWN)..];
        bail!("what was waited for did not come within {within:?}; the last of {} items: {last:#?}", items.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn every_reader_sees_every_item_once_and_in_order() {
        let journal = Journal::default();
        journal.append(1);
        let (mut first, mut tail) = (journal.reader(), journal.tail());
        let writer = journal.clone();
        tokio::spawn(async move { (2..=100).for_each(|n| writer.append(n)) });
        for n in 1..=100 {
            assert_eq!(first.next().await, n);
        }
        assert_eq!(tail.next().await, 2);
        assert_eq!(tail.find(SOON, |n| *n > 50).await.unwrap(), 51);
        assert_eq!(tail.try_next(), Some(52));
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_is_an_error_that_shows_what_did() {
        let journal = Journal::default();
        journal.append("something else");
        let error = journal.reader().find(SOON, |item| *item == "it").await.unwrap_err();
        assert!(error.to_string().contains("something else"), "{error}");
    }
}
