//! `cargo xtask test`: runs the steps and says what they came to.

use std::env;
use std::time::Instant;

use crate::Outcome;
use crate::counts::Counts;
use crate::preflight::{self, For};
use crate::steps::{Context, STEPS, Step, Verdict};
use crate::summary::{Line, Summary};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, names: &[String]) -> Outcome {
    let steps = chosen(names)?;
    let context = Context {
        python: preflight::check(workspace, For::Testing)?,
        workspace: workspace.clone(),
        ci: env::var_os("CI").is_some_and(|value| value == "true"),
    };
    let summary = Summary(all(&steps, |step| (step.run)(&context)));
    println!("\n{summary}");
    Ok(summary.total().failed == 0)
}

/// The steps of these names, in their own order; all of them when none is named.
fn chosen(names: &[String]) -> Result<Vec<&'static Step>, String> {
    let known = |name: &&String| STEPS.iter().any(|step| step.name == **name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!("There is no step `{unknown}`. The steps are: {}", all.join(", ")));
    }
    Ok(STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)).collect())
}

fn all(steps: &[&'static Step], run: impl Fn(&Step) -> Result<Verdict, String>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for step in steps {
        let failed = |name: &&&str| lines.iter().any(|line| line.name == **name && line.counts.failed > 0);
        let line = if let Some(missing) = step.needs.iter().find(failed) {
            let counts = Counts { skipped: 1, ..Counts::default() };
            Line { name: step.name, counts, seconds: 0.0, note: Some(format!("not run: {missing} failed")) }
        } else {
            println!("\n== {}: {}", step.name, step.about);
            let began = Instant::now();
            let Verdict { counts, note } = run(step).unwrap_or_else(|reason| {
                println!("{reason}");
                Verdict { counts: Counts::check(false), note: reason.lines().last().map(str::to_owned) }
            });
            Line { name: step.name, counts, seconds: began.elapsed().as_secs_f64(), note }
        };
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(steps: &[&Step]) -> Vec<&'static str> {
        steps.iter().map(|step| step.name).collect()
    }

    fn chosen_names(wanted: &[&str]) -> Result<Vec<&'static str>, String> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        chosen(&wanted).map(|steps| names(&steps))
    }

    #[test]
    fn steps_keep_their_order_whatever_the_order_of_the_names() {
        assert_eq!(chosen_names(&["python", "fmt"]), Ok(vec!["fmt", "python"]));
        assert_eq!(chosen_names(&[]).unwrap().len(), STEPS.len());
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_list() {
        let refused = chosen_names(&["fmt", "pyhton"]).unwrap_err();
        assert!(refused.contains("`pyhton`") && refused.contains("fmt, build, clippy"), "{refused}");
    }

    #[test]
    fn a_failure_stops_only_what_needs_it() {
        let steps: Vec<&Step> = STEPS.iter().collect();
        let lines = all(&steps, |step| Ok(Counts::check(step.name != "build").into()));
        for line in &lines {
            let expected = match line.name {
                "build" => Counts { failed: 1, ..Counts::default() },
                "fmt" | "python" | "conformance" | "template" => Counts { passed: 1, ..Counts::default() },
                _ => Counts { skipped: 1, ..Counts::default() },
            };
            assert_eq!(line.counts, expected, "{}", line.name);
        }
    }

    #[test]
    fn what_a_step_has_to_say_beside_its_numbers_is_kept() {
        let skipped = || Counts { skipped: 3, ..Counts::default() };
        let steps: Vec<_> = STEPS.iter().take(1).collect();
        let lines = all(&steps, |_| Ok(Verdict { counts: skipped(), note: Some("no browser".to_owned()) }));
        assert_eq!((lines[0].counts, lines[0].note.as_deref()), (skipped(), Some("no browser")));
    }

    #[test]
    fn a_step_that_cannot_run_has_failed_and_says_why() {
        let lines = all(&STEPS.iter().take(1).collect::<Vec<_>>(), |_| Err("first\ncannot run cargo".to_owned()));
        assert_eq!(lines[0].counts.failed, 1);
        assert_eq!(lines[0].note.as_deref(), Some("cannot run cargo"));
    }
}
