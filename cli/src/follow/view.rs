//! Where the story is shown: on a terminal with what is waited for beneath it, else line by line.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, IsTerminal, Write, stderr, stdout},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use super::story::Wait;
use crate::{arguments::Format, terminal, times};

/// How often what is waited for is drawn anew.
const TICK: Duration = Duration::from_millis(120);

/// A terminal, or whatever else lines go to.
pub(super) struct View {
    format: Format,
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
        Self { format, lines, live: is_watched.then(Live::default) }
    }

    #[cfg(test)]
    pub(super) fn of(format: Format, lines: impl Write + Send + 'static) -> Self {
        Self { format, lines: Box::new(lines), live: None }
    }

    /// Writes a line above what moves.
    ///
    /// # Errors
    /// When it cannot be written, and is what the command is for: what is told beside a document may be read by nobody.
    pub(super) fn tell(&mut self, line: &str) -> io::Result<()> {
        let line = terminal::printable(line);
        let told = match &self.live {
            Some(Live { all, .. }) => all.suspend(|| writeln!(self.lines, "{line}")),
            None => writeln!(self.lines, "{line}"),
        };
        if self.format == Format::Json { Ok(()) } else { told }
    }

    /// Whether somebody may read what is told next: `head` has gone when it has its lines.
    pub(super) fn is_read(&self) -> bool {
        self.format == Format::Json || !terminal::is_closed(&stdout())
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
    let style = ProgressStyle::with_template("{spinner} {waited:>10}  {wide_msg}");
    // Its own words for times are of one unit, as in "2 weeks".
    let waited = |state: &ProgressState, out: &mut dyn fmt::Write| {
        let _a_text_takes_all = out.write_str(&times::duration(state.elapsed()));
    };
    style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("waited", waited)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use indicatif::{ProgressDrawTarget, TermLike};

    use super::*;

    /// A terminal that remembers all that was ever drawn.
    #[derive(Debug, Clone, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn drawn(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            120
        }

        fn move_cursor_up(&self, _lines: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _lines: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _columns: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _columns: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, line: &str) -> io::Result<()> {
            self.write_str(line)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn on(screen: &Screen) -> View {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::term_like(Box::new(screen.clone())));
        View { live: Some(Live { all, ..Live::default() }), ..View::of(Format::Table, io::sink()) }
    }

    /// What moves, from above.
    fn moves(view: &View) -> Vec<String> {
        view.live.iter().flat_map(|live| live.bars.values().map(ProgressBar::message)).collect()
    }

    fn wait(asked: i64, since: Duration, text: &str) -> Wait {
        Wait { asked, since: times::now() - since, text: text.to_owned() }
    }

    #[test]
    fn who_is_waited_for_stands_there_with_the_time_until_they_have_answered() {
        let screen = Screen::default();
        let mut view = on(&screen);
        let (alice, bob) = (wait(3, Duration::from_mins(90), "Alice"), wait(5, Duration::ZERO, "Bob\u{1b}"));
        view.show([&alice, &bob].into_iter());
        assert_eq!(moves(&view), ["Alice", "Bob\u{fffd}"]);
        assert!(screen.drawn().contains("  1 h 30 m  Alice"), "{}", screen.drawn());
        view.show([&bob].into_iter());
        assert_eq!(moves(&view), ["Bob\u{fffd}"]);
        view.close();
        assert_eq!(moves(&view), [""; 0]);
    }

    /// Writes nothing, as when nobody reads.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_told_beside_a_document_may_be_read_by_nobody() {
        assert!(View::of(Format::Table, Closed).tell("entered").is_err());
        assert!(View::of(Format::Json, Closed).tell("entered").is_ok());
    }
}
