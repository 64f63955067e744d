//! What a worker tells of itself: a line for each thing that happens, and never a token.

use std::io::{self, Write};

use callback_bridge::{Answer, AttemptId, Refusal};
use serde_json::{Value, json};

use super::outlet::Outlet;
use crate::{arguments::Format, error::Error};

/// For whom lines are written, and where. Programs get a JSON document in each.
#[derive(Debug)]
pub(super) struct Report {
    format: Format,
    stdout: Outlet,
    stderr: Outlet,
}

impl Report {
    pub(super) fn new(
        format: Format,
        stdout: impl Write + Send + 'static,
        stderr: impl Write + Send + 'static,
    ) -> Self {
        Self { format, stdout: Outlet::to(stdout), stderr: Outlet::to(stderr) }
    }

    /// Waits until all is written, for a second each at most.
    pub(super) async fn end(self) {
        tokio::join!(self.stdout.end(), self.stderr.end());
    }

    /// What a command prints on standard error.
    pub(super) fn said(&self, piece: &[u8]) {
        self.stderr.write(piece.to_vec());
    }

    pub(super) fn begins(&self, activity: &str) {
        self.line(&format!("waiting for tasks of {activity}"), json!({ "event": "waiting", "activity": activity }));
    }

    pub(super) fn taken(&self, task: &AttemptId) {
        self.of_task(task, "taken", json!({ "event": "taken" }));
    }

    pub(super) fn answered(&self, task: &AttemptId, answer: &Answer) {
        let (kind, error) = (answer.kind(), answer.error());
        let text = error.map_or_else(|| format!("answered: {kind}"), |error| format!("answered: {kind}, {error}"));
        self.of_task(task, &text, json!({ "event": "answered", "answer": kind, "error": error }));
    }

    pub(super) fn dropped(&self, task: &AttemptId) {
        let text = "nobody waits for it any more; the command was killed";
        self.of_task(task, text, json!({ "event": "dropped" }));
    }

    pub(super) fn not_beaten(&self, task: &AttemptId, refusal: &Refusal) {
        let text = format!("a heartbeat was not taken: {refusal}");
        self.of_task(task, &text, json!({ "event": "notBeaten", "reason": refusal.to_string() }));
    }

    pub(super) fn answered_again(&self, task: &AttemptId, refusal: &Refusal) {
        let text = format!("an answer was not taken, and is given again: {refusal}");
        self.of_task(task, &text, json!({ "event": "answeredAgain", "reason": refusal.to_string() }));
    }

    pub(super) fn started_again(&self, task: &AttemptId, error: &io::Error) {
        let text = format!("the command cannot be started now, and is tried again: {error}");
        self.of_task(task, &text, json!({ "event": "startedAgain", "reason": error.to_string() }));
    }

    pub(super) fn not_answered(&self, task: &AttemptId, error: &Error) {
        let text = format!("not answered: {error}");
        self.of_task(task, &text, json!({ "event": "notAnswered", "reason": error.to_string() }));
    }

    pub(super) fn stopping(&self) {
        let text = "stopping: the open calls for tasks, up to 70 s, and all commands are let come to their end; once more kills them";
        self.line(text, json!({ "event": "stopping" }));
    }

    pub(super) fn trouble(&self, error: &Error) {
        let text = format!("no task, for now: {error}");
        self.line(&text, json!({ "event": "trouble", "reason": error.to_string() }));
    }

    fn of_task(&self, task: &AttemptId, text: &str, mut fields: Value) {
        fields["attempt"] = task.as_str().into();
        self.line(&format!("task {}: {text}", &task.as_str()[..8]), fields);
    }

    fn line(&self, text: &str, fields: Value) {
        self.stdout.write(match self.format {
            Format::Table => format!("{text}\n").into_bytes(),
            Format::Json => format!("{fields}\n").into_bytes(),
        });
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::thread;

    use super::*;

    /// Who reads nothing: a write to it never ends.
    pub(in crate::activity) struct Unread;

    impl Write for Unread {
        fn write(&mut self, _piece: &[u8]) -> io::Result<usize> {
            loop {
                thread::park();
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
