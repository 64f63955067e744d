//! Starting a command on a machine that has no room for it at the moment.

use std::{io, time::Duration};

use callback_bridge::Backoff;
use rustix::io::Errno;
use tokio::time::sleep;

/// How long it is waited between tries.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));

/// Starts it, again and again while what is in its way will pass; `tell` hears of each time.
///
/// # Errors
/// When it cannot be started, now or later.
pub(super) async fn start<T>(start: impl Fn() -> io::Result<T>, tell: impl Fn(&io::Error)) -> io::Result<T> {
    let mut tries = 0;
    loop {
        match start() {
            Err(error) if will_pass(&error) => tell(&error),
            started => return started,
        }
        tries += 1;
        sleep(BACKOFF.random_wait(tries)).await;
    }
}

/// Too many processes, too many open files, too little memory, or a program that is just being written.
fn will_pass(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::AGAIN | Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::TXTBSY)
    )
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_for_and_nothing_else() {
        let failures =
            RefCell::new(vec![Errno::NOENT, Errno::TXTBSY, Errno::NOMEM, Errno::NFILE, Errno::MFILE, Errno::AGAIN]);
        let told = Cell::new(0);
        let starting = || failures.borrow_mut().pop().map_or(Ok(()), |errno| Err(errno.into()));
        let tell = |_: &io::Error| told.set(told.get() + 1);
        let error = start(starting, tell).await.unwrap_err();
        assert_eq!((error.kind(), told.get()), (io::ErrorKind::NotFound, 5));
        start(starting, tell).await.unwrap();
    }
}
