//! What is written for people: tables as wide as their terminal.

use std::io::{IsTerminal, stdout};

use comfy_table::{Cell, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};

/// How wide a table is where nobody knows how wide it may be.
const WIDTH: u16 = 160;

/// A table with these columns.
pub(crate) fn table<'a>(columns: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic).set_width(width());
    table.set_header(columns.into_iter().map(Cell::new));
    table
}

/// How many columns the terminal has, if there is one.
fn width() -> u16 {
    let size = stdout().is_terminal().then(|| rustix::termios::tcgetwinsize(stdout()).ok()).flatten();
    size.map(|size| size.ws_col).filter(|columns| *columns > 0).unwrap_or(WIDTH)
}
