//! What a step came to, read from what its tools print.

/// How many passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// One check, passed or not.
    pub(crate) fn check(passed: bool) -> Self {
        Self { passed: passed.into(), failed: (!passed).into(), skipped: 0 }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// What tests came to, given how their runner ended: a runner that failed without a failed test failed itself, and
    /// one that ran no test proved nothing.
    pub(crate) fn judged(self, succeeded: bool) -> Self {
        let proved = succeeded && self.passed > 0;
        if proved || self.failed > 0 { self } else { Self { failed: 1, ..self } }
    }

    /// All lines `test result: ok. 5 passed; 1 failed; 2 ignored; ..` of `cargo test`.
    pub(crate) fn of_cargo_test(printed: &str) -> Self {
        printed
            .lines()
            .filter_map(|line| line.trim().strip_prefix("test result: "))
            .map(|line| items(line.split(['.', ';'])))
            .fold(Self::default(), Self::and)
    }

    /// All lines `module::name: test` of `cargo test -- --list`, of tests that were not run.
    pub(crate) fn skipped_of_cargo_test(listed: &str) -> Self {
        let skipped = listed.lines().filter(|line| line.ends_with(": test")).count();
        Self { skipped: u64::try_from(skipped).unwrap_or(u64::MAX), ..Self::default() }
    }

    /// The last line `5 passed, 1 failed in 3.21s` of pytest.
    pub(crate) fn of_pytest(printed: &str) -> Self {
        printed
            .lines()
            .rev()
            .find_map(|line| {
                let (counted, _) = line.trim_matches(['=', ' ']).rsplit_once(" in ")?;
                let starts_with_a_number = counted.starts_with(|c: char| c.is_ascii_digit());
                starts_with_a_number.then(|| items(counted.split(',')))
            })
            .unwrap_or_default()
    }
}

fn items<'a>(parts: impl Iterator<Item = &'a str>) -> Counts {
    let mut counts = Counts::default();
    for part in parts {
        let Some((number, what)) = part.trim().split_once(' ') else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        match what {
            "passed" | "xpassed" => counts.passed += number,
            "failed" | "error" | "errors" => counts.failed += number,
            "ignored" | "skipped" | "xfailed" => counts.skipped += number,
            _ => {} // measured, filtered out, warnings, deselected
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn all_test_targets_of_cargo_are_added_up() {
        let printed = "running 5 tests\ntest a ... ok\n\
            test result: ok. 5 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
            test result: FAILED. 7 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in 1.20s\n\
            the test result: ok. 9 passed, says a test\n";
        assert_eq!(Counts::of_cargo_test(printed), counts(12, 1, 2));
    }

    #[test]
    fn tests_that_are_only_listed_are_skipped() {
        let listed = "pages::light: test\npages::dark: test\nspeed: benchmark\n\n2 tests, 1 benchmark\n";
        assert_eq!(Counts::skipped_of_cargo_test(listed), counts(0, 0, 2));
    }

    #[test]
    fn the_last_line_of_pytest_counts() {
        for (printed, expected) in [
            ("....\n5 passed in 3.21s\n", counts(5, 0, 0)),
            ("5 passed, 1 failed in 3.21s", counts(5, 1, 0)),
            ("== 1 failed, 3 passed, 2 skipped, 1 xfailed, 4 warnings in 99.09s (0:01:39) ==\n", counts(3, 1, 3)),
            ("2 errors in 0.10s\n", counts(0, 2, 0)),
            ("105 passed in 99.09s\n(see the log in /tmp)\n", counts(105, 0, 0)),
            ("no tests ran in 0.01s\n", counts(0, 0, 0)),
            ("", counts(0, 0, 0)),
        ] {
            assert_eq!(Counts::of_pytest(printed), expected, "{printed}");
        }
    }

    #[test]
    fn tests_that_did_not_run_are_a_failure() {
        assert_eq!(counts(3, 0, 1).judged(true), counts(3, 0, 1));
        assert_eq!(counts(3, 1, 0).judged(false), counts(3, 1, 0));
        assert_eq!(counts(3, 0, 0).judged(false), counts(3, 1, 0), "the runner itself failed");
        assert_eq!(counts(0, 0, 0).judged(true), counts(0, 1, 0), "nothing was run");
        assert_eq!(counts(0, 0, 4).judged(true), counts(0, 1, 4), "everything was skipped");
    }
}
