//! Ages, and times to come, as people read them.

use std::{str::FromStr, time::Duration};

use jiff::Timestamp;
use serde_json::Value;

use crate::times::between;

/// As in `40 s`, `5 min`, `3 h`, `2 d`: one number is enough to see what is urgent.
pub(super) fn rough(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How long ago a time of a reply was.
pub(super) fn age(at: &Value, now: Timestamp) -> String {
    parsed(at).map_or_else(String::new, |at| rough(between(at, now)))
}

/// In what time a time of a reply comes, or since when it is overdue.
pub(super) fn due(at: &Value, now: Timestamp) -> String {
    match parsed(at) {
        None => String::new(),
        Some(at) if at > now => format!("in {}", rough(between(now, at))),
        Some(at) => format!("overdue {}", rough(between(at, now))),
    }
}

fn parsed(at: &Value) -> Option<Timestamp> {
    at.as_str()?.parse().ok()
}

/// A time span as people say it: `90s`, `15m`, `3h`, `2d`, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(u32);

impl Span {
    pub(super) const fn seconds(self) -> u32 {
        self.0
    }
}

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const PROBLEM: &str = "no time span: give a number and s, m, h or d, as in 90s, 15m, 3h or 2d";
        let unit = text.chars().last().ok_or(PROBLEM)?;
        let number: u32 = text.strip_suffix(unit).and_then(|number| number.parse().ok()).ok_or(PROBLEM)?;
        let seconds: u32 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(PROBLEM),
        };
        number.checked_mul(seconds).map(Self).ok_or("longer than anything waits")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-11-22T10:00:00Z";

    #[test]
    fn one_number_tells_how_urgent_it_is() {
        for (at, told) in [
            ("2026-11-24T11:00:00Z", "in 2 d"),
            ("2026-11-23T10:00:00Z", "in 24 h"),
            ("2026-11-22T10:05:59Z", "in 5 min"),
            ("2026-11-22T10:00:00Z", "overdue 0 s"),
            ("2026-11-22T09:55:00Z", "overdue 5 min"),
        ] {
            assert_eq!(due(&json!(at), NOW.parse().unwrap()), told);
        }
        assert_eq!(age(&json!("2026-11-22T07:00:00Z"), NOW.parse().unwrap()), "3 h");
        assert_eq!(
            (due(&Value::Null, NOW.parse().unwrap()), age(&json!("x"), NOW.parse().unwrap())),
            Default::default()
        );
    }

    #[test]
    fn what_is_no_span_is_told() {
        for (text, seconds) in [("90s", Some(90)), ("15m", Some(900)), ("3h", Some(10_800)), ("2d", Some(172_800))] {
            assert_eq!(text.parse().ok().map(Span::seconds), seconds, "{text}");
        }
        for text in ["", "h", "3", "3 h", "-3h", "3w", "1.5h", "3é", "99999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_span_or_none(text in ".{0,8}") {
            let _neither_panics = text.parse::<Span>();
        }

        #[test]
        fn a_span_is_as_long_as_its_number_says(number in 0..40_000_u32) {
            prop_assert_eq!(format!("{number}d").parse::<Span>().unwrap().seconds(), number * 86_400);
        }
    }
}
