//! What a worker tells of itself: a line for each thing that happens, and never a token.

use std::io::{Write, stdout};

use callback_bridge::{Answer, AttemptId, Refusal};
use serde_json::{Value, json};

use crate::{arguments::Format, error::Error};

/// For whom lines are written. Programs get a JSON document in each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report(Format);

impl Report {
    pub(super) fn new(format: Format) -> Self {
        Self(format)
    }

    pub(super) fn begins(self, activity: &str) {
        self.line(&format!("waiting for tasks of {activity}"), json!({ "event": "waiting", "activity": activity }));
    }

    pub(super) fn taken(self, task: &AttemptId) {
        self.of_task(task, "taken", json!({ "event": "taken" }));
    }

    pub(super) fn answered(self, task: &AttemptId, answer: &Answer) {
        let (kind, error) = (answer.kind(), answer.error());
        let text = error.map_or_else(|| format!("answered: {kind}"), |error| format!("answered: {kind}, {error}"));
        self.of_task(task, &text, json!({ "event": "answered", "answer": kind, "error": error }));
    }

    pub(super) fn dropped(self, task: &AttemptId) {
        let text = "nobody waits for it any more; the command was killed";
        self.of_task(task, text, json!({ "event": "dropped" }));
    }

    pub(super) fn not_beaten(self, task: &AttemptId, refusal: &Refusal) {
        let text = format!("a heartbeat was not taken: {refusal}");
        self.of_task(task, &text, json!({ "event": "notBeaten", "reason": refusal.to_string() }));
    }

    pub(super) fn not_answered(self, task: &AttemptId, error: &Error) {
        let text = format!("not answered: {error}");
        self.of_task(task, &text, json!({ "event": "notAnswered", "reason": error.to_string() }));
    }

    pub(super) fn stopping(self) {
        let text = "stopping: what has begun is let come to its end, which takes up to a minute; once more kills it";
        self.line(text, json!({ "event": "stopping" }));
    }

    pub(super) fn trouble(self, error: &Error) {
        let text = format!("no task, for now: {error}");
        self.line(&text, json!({ "event": "trouble", "reason": error.to_string() }));
    }

    fn of_task(self, task: &AttemptId, text: &str, mut fields: Value) {
        fields["attempt"] = task.as_str().into();
        self.line(&format!("task {}: {text}", &task.as_str()[..8]), fields);
    }

    /// A worker goes on when nobody reads what it tells.
    fn line(self, text: &str, fields: Value) {
        let _nobody_reads_it = match self.0 {
            Format::Table => writeln!(stdout(), "{text}"),
            Format::Json => writeln!(stdout(), "{fields}"),
        };
    }
}
