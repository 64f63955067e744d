use proptest::prelude::*;

use super::*;

#[test]
fn a_date_is_given_back_as_it_came() {
    for (text, at, shown) in [
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00"),
        ("2026-11-22 10:00:00", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00"),
        ("2026-11-22T10:00", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00"),
        ("2026-11-22", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00"),
        ("20261122T100000", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00"),
        ("2026-11-22T10:00:00.5", "2026-11-22T10:00:00.5Z", "2026-11-22T10:00:00.500000"),
        ("2026-11-22T10:00:00.123456789", "2026-11-22T10:00:00.123456Z", "2026-11-22T10:00:00.123456"),
        ("2026-11-22T10:00:00.0000009", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00.25z", "2026-11-22T10:00:00.25Z", "2026-11-22T10:00:00.250000Z"),
        ("2026-11-22T10:00:00+02:00", "2026-11-22T08:00:00Z", "2026-11-22T10:00:00+02:00"),
        ("2026-11-22T10:00:00-0330", "2026-11-22T13:30:00Z", "2026-11-22T10:00:00-03:30"),
        ("2026-11-22T10:00:00-00:00", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00+00:00", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00+00:00"),
        ("9999-12-31T23:59:59", "9999-12-30T22:00:00.999999999Z", "9999-12-31T23:59:59"),
        ("9999-12-31T23:59:59Z", "9999-12-30T22:00:00.999999999Z", "9999-12-31T23:59:59Z"),
    ] {
        let expiration = Expiration::read(text).unwrap_or_else(|refused| panic!("{text}: {refused}"));
        assert_eq!(expiration.at(), at.parse::<Timestamp>().unwrap(), "{text}");
        assert_eq!(expiration.to_string(), shown, "{text}");
    }
}

#[test]
fn what_is_no_date_of_the_standard_is_refused() {
    for text in [
        "",
        "tomorrow",
        "22 Nov 2026",
        "11/22/2026",
        "2026-11-31",
        "2026-11-22T25:00",
        "10:00:00",
        "1795341600",
        "2026-11-22T10:00:00[Europe/Berlin]",
        "2026-11-22T10:00:00+01:00[Europe/Berlin]",
        "2026-11-22T10:00:00 and more",
        "10000-01-01",
        &format!("2026-11-22T10:00:00.{}", "0".repeat(100)),
    ] {
        let refused = Expiration::read(text).map(drop).expect_err(text);
        assert_eq!(refused.error, ErrorName::InvalidDate, "{text}");
    }
}

#[test]
fn it_is_over_after_its_moment() {
    let expiration = Expiration::read("2026-11-22T10:00:00").unwrap();
    for (at, over) in [("2026-11-22T10:00:00Z", false), ("2026-11-22T10:00:00.000001Z", true)] {
        assert_eq!(expiration.is_over(at.parse().unwrap()), over, "{at}");
    }
}

proptest! {
    #[test]
    fn what_is_shown_is_read_again_as_the_same(
        seconds in -60_000_000_000_i64..250_000_000_000, micro in 0..1_000_000_i32, offset in "|Z|[+-](0[0-9]|1[0-9]):[0-5][0-9]",
    ) {
        let at = Timestamp::new(seconds, micro * 1_000 * if seconds < 0 { -1 } else { 1 }).unwrap();
        let text = format!("{}{offset}", at.strftime("%Y-%m-%dT%H:%M:%S.%6f"));
        let expiration = Expiration::read(&text).unwrap();
        prop_assert_eq!(Expiration::read(&expiration.to_string()).unwrap(), expiration);
    }

    #[test]
    fn no_text_upsets_it(text: String, date in "[0-9T:+Z. -]{0,30}") {
        let _ = Expiration::read(&text);
        let _ = Expiration::read(&date);
    }
}
