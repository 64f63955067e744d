//! What is written for people: tables as wide as their terminal.

use std::{
    io::{IsTerminal, stdout},
    os::fd::AsFd,
};

use comfy_table::{Cell, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How wide a table is where nobody knows how wide it may be.
const WIDTH: u16 = 160;

/// A table with these columns.
pub(crate) fn table<'a>(columns: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic).set_width(width());
    table.set_header(columns.into_iter().map(Cell::new));
    table
}

/// A text that moves nothing on a terminal and hides nothing: of all control characters, only line feeds are left.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Whether nobody reads any more what is written there. It is asked whether there is room, too: macOS tells nothing else of a
/// pipe otherwise.
pub(crate) fn is_closed(output: &impl AsFd) -> bool {
    let mut polled = [PollFd::new(output, PollFlags::OUT)];
    let is_known = poll(&mut polled, Some(&Timespec::default())).is_ok();
    is_known && polled[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// How many columns the terminal has, if there is one.
fn width() -> u16 {
    let size = stdout().is_terminal().then(|| rustix::termios::tcgetwinsize(stdout()).ok()).flatten();
    size.map(|size| size.ws_col).filter(|columns| *columns > 0).unwrap_or(WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_closed_when_its_reader_has_gone() {
        let (reader, writer) = std::io::pipe().unwrap();
        assert!(!is_closed(&writer));
        drop(reader);
        assert!(is_closed(&writer));
    }

    #[test]
    fn no_control_character_reaches_a_terminal_but_line_feeds() {
        assert_eq!(printable("too low\n\u{1b}[2Jé\r\u{9b}"), "too low\n\u{fffd}[2Jé\u{fffd}\u{fffd}");
    }
}
