//! Times and durations, as people read them.

use std::time::Duration;

use aws_sdk_sfn::primitives::DateTime;
use jiff::Timestamp;

/// A time of AWS to the millisecond, as in `2026-11-23T04:30:00.123Z`.
pub(crate) fn of_aws(time: &DateTime) -> Timestamp {
    time.to_millis().ok().and_then(|millis| Timestamp::from_millisecond(millis).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// As in `0.123 s`, `12.3 s`, `4 m 05 s`, `3 h 04 m`, `2 d 03 h`: as exact as it matters.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.3} s", duration.as_secs_f64()),
        10..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3_600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {:02} m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "compared with the times of day of AWS, for people")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The time from one to the other; none if the other was before.
pub(crate) fn between(start: Timestamp, end: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(start)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_exact_as_it_matters() {
        let table = [
            (Duration::from_millis(123), "0.123 s"),
            (Duration::from_millis(12_345), "12.3 s"),
            (Duration::from_secs(245), "4 m 05 s"),
            (Duration::from_secs(3_600 * 3 + 245), "3 h 04 m"),
            (Duration::from_hours(51), "2 d 03 h"),
        ];
        for (given, shown) in table {
            assert_eq!(duration(given), shown);
        }
    }

    #[test]
    fn times_are_told_to_the_millisecond() {
        assert_eq!(of_aws(&DateTime::from_millis(1_763_805_600_123)).to_string(), "2025-11-22T10:00:00.123Z");
    }
}
