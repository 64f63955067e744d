//! Writing that waits for nobody: who reads no further, as `less` does, must not stop the heartbeats of tasks.

use std::{io::Write, thread, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// How many pieces may wait to be read. Those that come then are dropped.
const WAITING: usize = 1_000;
/// How long the last of them may take to be read.
const LAST: Duration = Duration::from_secs(1);

/// Where pieces of text are written, by a thread of its own.
#[derive(Debug)]
pub(super) struct Outlet {
    pieces: mpsc::Sender<Vec<u8>>,
    written: oneshot::Receiver<()>,
}

impl Outlet {
    /// What is written goes there. A piece that cannot be written is left out.
    pub(super) fn to(mut out: impl Write + Send + 'static) -> Self {
        let (pieces, mut waiting) = mpsc::channel::<Vec<u8>>(WAITING);
        let (all, written) = oneshot::channel::<()>();
        thread::spawn(move || {
            while let Some(piece) = waiting.blocking_recv() {
                let _nobody_reads_it = out.write_all(&piece).and_then(|()| out.flush());
            }
            drop(all);
        });
        Self { pieces, written }
    }

    /// Writes a piece, now or as soon as those before it are read.
    pub(super) fn write(&self, piece: Vec<u8>) {
        let _dropped = self.pieces.try_send(piece);
    }

    /// Waits until all is written, for a second at most.
    pub(super) async fn end(self) {
        drop(self.pieces);
        let _nobody_reads_it = timeout(LAST, self.written).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;
    use crate::activity::report::tests::Unread;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(piece)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn all_is_written_in_its_order() {
        let kept = Kept::default();
        let outlet = Outlet::to(kept.clone());
        for piece in ["one\n", "two\n", "three\n"] {
            outlet.write(piece.into());
        }
        outlet.end().await;
        assert_eq!(*kept.0.lock().unwrap(), b"one\ntwo\nthree\n");
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_no_further_is_not_waited_for() {
        let outlet = Outlet::to(Unread);
        for _ in 0..10 * WAITING {
            outlet.write(b"line\n".to_vec());
        }
        outlet.end().await;
    }
}
