//! Until when the URLs of a call may be used.

use std::fmt;

use jiff::{
    Timestamp,
    civil::{DateTime, Time},
    fmt::temporal::{Pieces, PiecesOffset},
    tz::Offset,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{ErrorName, Refused};

/// What is longer is no date.
const MOST_CHARS: usize = 64;

/// The end of the time in which URLs may be used, as it was written: in UTC where it has no offset.
///
/// It is shown as Python's `isoformat` shows it, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiration {
    at: Timestamp,
    local: DateTime,
    zone: Zone,
}

/// How it says where it is this time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Unsaid,
    Zulu,
    Ahead(Offset),
}

impl Expiration {
    /// Reads a date of ISO 8601, with or without a time, an offset, and fractions of a second.
    ///
    /// # Errors
    /// [`ErrorName::InvalidDate`].
    pub fn read(text: &str) -> Result<Self, Refused> {
        let no_date = |why: &str| Refused::new(ErrorName::InvalidDate, format!("the expiration is no date: {why}"));
        if text.len() > MOST_CHARS {
            return Err(no_date("it is too long"));
        }
        let pieces = Pieces::parse(text).map_err(|_| no_date("write it as ISO 8601, as in 2030-01-31T09:30:00Z"))?;
        if pieces.time_zone_annotation().is_some() {
            return Err(no_date("a time zone has no name in ISO 8601"));
        }
        let time = pieces.time().unwrap_or(Time::midnight());
        let nanoseconds = time.subsec_nanosecond();
        let time = time.with().subsec_nanosecond(nanoseconds - nanoseconds % 1_000).build();
        let local = pieces.date().to_datetime(time.map_err(|_| no_date("its time is none"))?);
        let (zone, ahead) = match pieces.offset() {
            None => (Zone::Unsaid, Offset::UTC),
            Some(PiecesOffset::Zulu) => (Zone::Zulu, Offset::UTC),
            Some(offset) => (Zone::Ahead(offset.to_numeric_offset()), offset.to_numeric_offset()),
        };
        let at = match ahead.to_timestamp(local) {
            Ok(at) => at,
            // The last days of the year 9999, by which people say "never".
            Err(_) if local.year() > 0 => Timestamp::MAX,
            Err(_) => Timestamp::MIN,
        };
        Ok(Self { at, local, zone })
    }

    /// The moment.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now > self.at
    }
}

impl fmt::Display for Expiration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local;
        write!(f, "{:04}-{:02}-{:02}", local.year(), local.month(), local.day())?;
        write!(f, "T{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())?;
        match local.subsec_nanosecond() / 1_000 {
            0 => {}
            microseconds => write!(f, ".{microseconds:06}")?,
        }
        match self.zone {
            Zone::Unsaid => Ok(()),
            Zone::Zulu => f.write_str("Z"),
            Zone::Ahead(offset) => {
                let (sign, ahead) = (if offset.is_negative() { '-' } else { '+' }, offset.seconds().unsigned_abs());
                write!(f, "{sign}{:02}:{:02}", ahead / 3_600, ahead / 60 % 60)?;
                if ahead % 60 == 0 { Ok(()) } else { write!(f, ":{:02}", ahead % 60) }
            }
        }
    }
}

impl Serialize for Expiration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Expiration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
