//! The table at the end of `cargo xtask test`.

use std::fmt;

use crate::counts::Counts;

/// What one step came to.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) counts: Counts,
    pub(crate) seconds: f64,
    /// Why it came to that, where the numbers don't say.
    pub(crate) note: Option<String>,
}

/// What all steps came to; its last line is for programs that read it.
pub(crate) struct Summary(pub(crate) Vec<Line>);

impl Summary {
    pub(crate) fn total(&self) -> Counts {
        self.0.iter().map(|line| line.counts).fold(Counts::default(), Counts::and)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:11} {:>7} {:>7} {:>7} {:>8}", "step", "passed", "failed", "skipped", "seconds")?;
        for Line { name, counts, seconds, note } in &self.0 {
            let Counts { passed, failed, skipped } = counts;
            write!(f, "{name:11} {passed:>7} {failed:>7} {skipped:>7} {seconds:>8.1}")?;
            match note {
                Some(note) => writeln!(f, "  {note}")?,
                None => writeln!(f)?,
            }
        }
        let Counts { passed, failed, skipped } = self.total();
        write!(f, "\n{passed} passed, {failed} failed")?;
        if skipped > 0 { write!(f, ", {skipped} skipped") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &'static str, counts: Counts) -> Line {
        Line { name, counts, seconds: 1.25, note: None }
    }

    #[test]
    fn the_last_line_is_the_total_alone() {
        let mut summary =
            Summary(vec![line("fmt", Counts::check(true)), line("rust", Counts { passed: 40, failed: 2, skipped: 0 })]);
        assert_eq!(summary.to_string().lines().last(), Some("41 passed, 2 failed"));
        summary.0.push(line("python", Counts { passed: 1, failed: 0, skipped: 3 }));
        assert_eq!(summary.to_string().lines().last(), Some("42 passed, 2 failed, 3 skipped"));
    }

    #[test]
    fn each_step_has_a_line_with_its_note() {
        let note = Some("not run: build failed".to_owned());
        let printed = Summary(vec![Line { note, ..line("rust", Counts::default()) }]).to_string();
        let row = printed.lines().nth(1).unwrap();
        assert!(row.starts_with("rust ") && row.contains(" 1.2") && row.ends_with("  not run: build failed"), "{row}");
    }
}
