//! What all tests of a process log together: one listener, because what nobody listens to is remembered for all threads.

use std::{
    io,
    sync::{LazyLock, Mutex, PoisonError},
};

use tracing::Level;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static LISTENING: LazyLock<()> = LazyLock::new(|| {
    tracing_subscriber::fmt().json().with_max_level(Level::TRACE).with_writer(|| Writer).init();
});

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to listen, at every level.
///
/// # Panics
/// If something else listens already.
pub fn listen() {
    LazyLock::force(&LISTENING);
}

/// All lines so far, as JSON.
#[must_use]
pub fn lines() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
