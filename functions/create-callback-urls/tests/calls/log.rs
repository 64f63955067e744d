//! What all tests log together: one listener for the process, because what nobody listens to is remembered for all threads.

use std::{
    io,
    sync::{LazyLock, Mutex},
};

use tracing::{Level, subscriber::set_global_default};

static LINES: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(|| {
    let lines = tracing_subscriber::fmt().json().with_max_level(Level::TRACE).with_writer(|| Writer);
    set_global_default(lines.finish()).unwrap();
    Mutex::default()
});

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to listen.
pub(crate) fn listen() {
    LazyLock::force(&LINES);
}

/// All lines so far.
pub(crate) fn lines() -> String {
    String::from_utf8(LINES.lock().unwrap().clone()).unwrap()
}
