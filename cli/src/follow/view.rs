//! Where the story is shown: on a terminal with what is waited for beneath it, else line by line.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write, stderr, stdout},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::story::Wait;
use crate::{arguments::Format, terminal, times};

/// How often what is waited for is drawn anew.
const TICK: Duration = Duration::from_millis(120);

/// A terminal, or whatever else lines go to.
pub(super) struct View {
    lines: Box<dyn Write + Send>,
    live: Option<Live>,
}

/// What moves: a line for each who is waited for.
#[derive(Default)]
struct Live {
    all: MultiProgress,
    bars: BTreeMap<i64, ProgressBar>,
}

impl View {
    /// Programs have standard output for themselves, so that people read standard error there.
    pub(super) fn new(format: Format) -> Self {
        let (lines, is_watched): (Box<dyn Write + Send>, bool) = match format {
            Format::Table => (Box::new(stdout()), stdout().is_terminal() && stderr().is_terminal()),
            Format::Json => (Box::new(stderr()), stderr().is_terminal()),
        };
        Self { lines, live: is_watched.then(Live::default) }
    }

    #[cfg(test)]
    pub(super) fn of(lines: impl Write + Send + 'static) -> Self {
        Self { lines: Box::new(lines), live: None }
    }

    /// Writes a line above what moves.
    pub(super) fn tell(&mut self, line: &str) -> io::Result<()> {
        let line = terminal::printable(line);
        match &self.live {
            Some(Live { all, .. }) => all.suspend(|| writeln!(self.lines, "{line}")),
            None => writeln!(self.lines, "{line}"),
        }
    }

    /// Shows who is waited for now, and for how long already.
    pub(super) fn show<'a>(&mut self, waits: impl Iterator<Item = &'a Wait>) {
        let Some(Live { all, bars }) = &mut self.live else { return };
        let mut gone = std::mem::take(bars);
        for wait in waits {
            let bar = gone.remove(&wait.asked).unwrap_or_else(|| {
                let waited = times::between(wait.since, times::now());
                let bar = all.add(ProgressBar::new_spinner().with_elapsed(waited).with_style(style()));
                bar.enable_steady_tick(TICK);
                bar
            });
            bar.set_message(terminal::printable(&wait.text));
            bars.insert(wait.asked, bar);
        }
        gone.values().for_each(ProgressBar::finish_and_clear);
    }

    /// Takes away what moves.
    pub(super) fn close(&mut self) {
        self.show([].into_iter());
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {elapsed:>9}  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}
