//! Paths whose cost grows with the body, and not with its square.

use std::io;

use callback_bridge::TaskOutput;
use serde_json::Value;
use serde_json_path::JsonPath;

const MOST_CHARS: usize = 256;
/// Every further selector between brackets may find the same things once more.
const MOST_COMMAS: usize = 8;

/// A path as RFC 9535 has it, without filters and with one `..` at most.
pub(super) struct Path {
    written: String,
    path: JsonPath,
}

/// It finds more than [`TaskOutput::MAX_BYTES`], as JSON.
#[derive(Debug)]
pub(super) struct TooMuch;

impl Path {
    pub(super) fn read(written: &str) -> Result<Self, String> {
        if written.chars().count() > MOST_CHARS {
            return Err(format!("has more than {MOST_CHARS} characters"));
        }
        let path = JsonPath::parse(written).map_err(|error| format!("is not a JSONPath of RFC 9535: {error}"))?;
        let signs = outside_of_names(written);
        if signs.contains('?') {
            return Err("has a filter, which outcomes do not take: say it in the schema".to_owned());
        }
        if signs.matches("..").count() > 1 {
            return Err("has `..` more than once".to_owned());
        }
        if signs.matches(',').count() > MOST_COMMAS {
            return Err(format!("has more than {MOST_COMMAS} commas"));
        }
        Ok(Self { written: written.to_owned(), path })
    }

    pub(super) fn as_written(&self) -> &str {
        &self.written
    }

    /// What it finds, in the order of the body.
    pub(super) fn find<'a>(&self, body: &'a Value) -> Result<Vec<&'a Value>, TooMuch> {
        let found = self.path.query(body).all();
        serde_json::to_writer(Room(TaskOutput::MAX_BYTES), &found).map_err(|_| TooMuch)?;
        Ok(found)
    }
}

/// A path that parses, without what is between its quotes.
fn outside_of_names(path: &str) -> String {
    let mut signs = String::new();
    let mut chars = path.chars();
    while let Some(sign) = chars.next() {
        signs.push(sign);
        if matches!(sign, '\'' | '"') {
            while let Some(within) = chars.next().filter(|within| *within != sign) {
                if within == '\\' {
                    chars.next();
                }
            }
        }
    }
    signs
}

/// Where this many bytes can still be written; nothing is kept.
struct Room(usize);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
