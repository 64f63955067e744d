//! docs/activities.md, executed: what its commands print is what it shows.

use std::{fs, os::unix::fs::PermissionsExt};

use callback_bridge_local::{RegionOptions, StackOptions, command};
use callback_bridge_tests::repository;
use serde_json::Value;

use crate::bench::in_region;

/// Between what one sample prints and the next.
const BREAK: &str = "--- the next sample\n";
/// The order of events in the guide.
const EVENTS: [&str; 7] = [
    "ExecutionStarted",
    "TaskStateEntered",
    "ActivityScheduled",
    "ActivityStarted",
    "ActivitySucceeded",
    "TaskStateExited",
    "ExecutionSucceeded",
];

/// Commands, and what the page shows that they print, if it does.
struct Sample {
    commands: String,
    shown: Option<String>,
}

fn samples() -> Vec<Sample> {
    let page = fs::read_to_string(repository().join("docs/activities.md")).unwrap();
    let samples = page.split("```sh\n").skip(1).map(|rest| {
        let (commands, rest) = rest.split_once("```").unwrap();
        let shown = rest.strip_prefix("\n\n```text\n").or_else(|| rest.strip_prefix("\n\n```mermaid\n"));
        let shown = shown.map(|shown| shown.split("```").next().unwrap().to_owned());
        Sample { commands: commands.to_owned(), shown }
    });
    samples.collect()
}

/// A text without what is never the same: times, and the names of attempts; and without what spaces there are in JSON, and how
/// wide a table is.
fn lasting(text: &str) -> String {
    let text = text.replace("\": \"", "\":\"");
    let words = |line: &str| line.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(words).collect::<Vec<_>>().join("\n")
}

fn word(word: &str) -> String {
    let is_attempt = |word: &str| word.len() == 9 && word[..8].bytes().all(|byte| byte.is_ascii_hexdigit());
    if word.ends_with(':') && is_attempt(word) {
        return "ATTEMPT:".to_owned();
    }
    if word.contains(['─', '═']) {
        return "RULE".to_owned();
    }
    if word.len() > 16 && word.ends_with('Z') && word.starts_with(|first: char| first.is_ascii_digit()) {
        return "TIME".to_owned();
    }
    if word.contains('.') && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return "SECONDS".to_owned();
    }
    word.to_owned()
}

/// What each sample prints, in one shell.
async fn printed(samples: &[Sample], endpoint: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (python, stand_in) = (RegionOptions::default().python, repository().join("tests/tests/e2e/aws.py"));
    let aws = folder.path().join("aws");
    fs::write(&aws, format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", python.display(), stand_in.display())).unwrap();
    fs::set_permissions(&aws, PermissionsExt::from_mode(0o755)).unwrap();
    let programs = StackOptions::default().build_dir;
    let script = samples.iter().map(|sample| format!("{}\nprintf '%s\\n' '{}'\n", sample.commands, BREAK.trim_end()));
    let script: String = script.collect();
    let mut shell = command("sh", Some(endpoint));
    shell.args(["-euc", &script]).current_dir(folder.path());
    shell.env("PATH", format!("{}:{}:/usr/bin:/bin", folder.path().display(), programs.display()));
    let run = shell.output().await.unwrap();
    assert!(run.status.success(), "{run:?}");
    let printed = String::from_utf8(run.stdout).unwrap();
    printed.split_terminator(BREAK).map(str::to_owned).collect()
}

#[test]
fn the_walk_through_of_the_guide_works_as_it_is_shown() {
    in_region(async |region| {
        let samples = samples();
        let printed = printed(&samples, region.aws().endpoint()).await;
        assert_eq!(printed.len(), samples.len(), "{printed:#?}");
        let of_each = samples
            .iter()
            .zip(&printed)
            .filter(|(sample, printed)| lasting(printed) != lasting(sample.shown.as_deref().unwrap_or_default()));
        let wrong: Vec<String> =
            of_each.map(|(sample, printed)| format!("{}\nprints\n{printed}", sample.commands)).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let of_aws = printed.iter().find(|printed| printed.starts_with("ExecutionStarted")).unwrap();
        assert_eq!(of_aws.lines().collect::<Vec<_>>(), EVENTS);
        let ours = printed.iter().find(|printed| printed.starts_with("execution ")).unwrap();
        let types = ours.split_whitespace().filter(|word| EVENTS.contains(word));
        assert_eq!(types.collect::<Vec<_>>(), EVENTS);
    });
}

#[test]
fn the_retry_on_the_page_is_one_of_a_state() {
    let page = fs::read_to_string(repository().join("docs/activities.md")).unwrap();
    let [_, retry] = &page.split("```json\n").collect::<Vec<_>>()[..] else { panic!("the page shows one") };
    let state: Value = serde_json::from_str(&format!("{{{}}}", retry.split("```").next().unwrap())).unwrap();
    let errors = state["Retry"][0]["ErrorEquals"].as_array().unwrap();
    assert!(errors.iter().any(|error| error == callback_bridge::names::NOT_FORWARDED), "{errors:?}");
}
