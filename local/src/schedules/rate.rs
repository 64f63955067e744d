//! Rates, such as `rate(5 minutes)`.
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-rate-expressions>

use std::time::Duration;

use anyhow::{Context, bail};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long it is from one time to the next.
pub(super) fn period(expression: &str) -> anyhow::Result<Duration> {
    let rate = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let rate = rate.with_context(|| format!("{expression} is no rate(..), and nothing else is known here"))?;
    let wrong = || format!("{expression} is no rate");
    let (value, unit) = rate.split_once(' ').with_context(wrong)?;
    let value: u64 = value.parse().with_context(wrong)?;
    let seconds = match (value, unit) {
        (1, "minute") => MINUTE,
        (1, "hour") => HOUR,
        (1, "day") => DAY,
        (2.., "minutes") => value * MINUTE,
        (2.., "hours") => value * HOUR,
        (2.., "days") => value * DAY,
        _ => bail!(wrong()),
    };
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_of_minutes_hours_or_days() {
        for (expression, seconds) in [
            ("rate(1 minute)", 60),
            ("rate(5 minutes)", 300),
            ("rate(1 hour)", 3_600),
            ("rate(12 hours)", 43_200),
            ("rate(1 day)", 86_400),
            ("rate(7 days)", 604_800),
        ] {
            assert_eq!(period(expression).unwrap(), Duration::from_secs(seconds), "{expression}");
        }
    }

    #[test]
    fn everything_else_is_refused_as_on_aws() {
        let wrong =
            ["rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(-1 hours)", "rate(1 second)", "rate(5)", ""];
        for expression in wrong {
            assert!(period(expression).is_err(), "{expression}");
        }
        assert!(period("cron(0 3 * * ? *)").unwrap_err().to_string().contains("cron(0 3 * * ? *)"));
    }
}
