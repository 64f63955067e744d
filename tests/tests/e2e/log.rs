//! What this process logs itself, where adapters are used without a function around them.

use std::{
    io,
    sync::{LazyLock, Mutex},
};

use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static LOGGING: LazyLock<()> = LazyLock::new(|| {
    // Beyond DEBUG no library is let in a function.
    let lines = tracing_subscriber::fmt().with_max_level(Level::DEBUG).with_span_events(FmtSpan::FULL);
    lines.with_writer(|| Lines).init();
});

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs from now on, for the whole process.
pub(crate) fn begin() {
    LazyLock::force(&LOGGING);
}

/// What was logged since, by everybody.
pub(crate) fn text() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap()).into_owned()
}
