//! From what a command leaves behind to the answer of its task.

use std::{borrow::Cow, io, os::unix::process::ExitStatusExt};

use callback_bridge::{Answer, OutputError, Refusal, TaskFailure, TaskOutput, names};

use super::command::Finished;
use crate::input;

/// The error of a task whose command was killed because the worker had to stop.
const STOPPED: &str = "Command.Stopped";
/// The error of a task whose command could not be started.
const NOT_STARTED: &str = "Command.NotStarted";

/// The error of a task whose output is neither JSON nor a text.
const NOT_TEXT: &str = "Command.OutputNotText";
/// The error of a task of whose command nothing more is known.
const FAILED: &str = "Command.Failed";

/// The answer to a task whose command has ended.
pub(super) fn answer(finished: &Finished) -> Answer {
    let Finished { status, stdout, stderr } = finished;
    if status.success() {
        let text = String::from_utf8_lossy(stdout);
        return match (output(&text), &text) {
            (Err(error), _) => failure(names::OUTPUT_TOO_LARGE, &error.to_string()),
            (Ok(_), Cow::Owned(_)) => failure(NOT_TEXT, "what the command printed is not UTF-8"),
            (Ok(output), Cow::Borrowed(_)) => Answer::Success(output),
        };
    }
    let (error, said) = match (status.code(), status.signal()) {
        (Some(code), _) => (format!("Command.Exit{code}"), format!("the command ended with exit code {code}")),
        (None, Some(signal)) => {
            (format!("Command.Signal{signal}"), format!("the command was killed by signal {signal}"))
        }
        (None, None) => (FAILED.to_owned(), format!("the command ended: {status}")),
    };
    let last_words = String::from_utf8_lossy(stderr);
    let last_words = last_words.trim();
    let cause = if last_words.is_empty() { &said } else { last_words };
    failure(&error, cause)
}

/// JSON as it is; anything else as a text, without the line feed at its end.
fn output(text: &str) -> Result<TaskOutput, OutputError> {
    match input::json(text) {
        Ok(json) => TaskOutput::of(&json),
        Err(_) => TaskOutput::of(&text.strip_suffix('\n').unwrap_or(text)),
    }
}

/// The answer to a task whose output Step Functions does not accept.
pub(super) fn invalid_output(refusal: &Refusal) -> Answer {
    failure(names::INVALID_OUTPUT, &refusal.to_string())
}

/// The answer to a task whose command was killed, because the worker had to stop.
pub(super) fn stopped() -> Answer {
    failure(STOPPED, "the worker was stopped before the command had ended")
}

/// The answer to a task whose command could not be started.
pub(super) fn not_started(reason: &io::Error) -> Answer {
    failure(NOT_STARTED, &format!("the command could not be started: {reason}"))
}

/// The answer to a task whose command could not be watched.
pub(super) fn not_watched(reason: &io::Error) -> Answer {
    failure(FAILED, &format!("the command could not be watched: {reason}"))
}

fn failure(error: &str, cause: &str) -> Answer {
    Answer::Failure(TaskFailure::verbatim(Some(error), Some(cause)))
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    fn finished(wait_status: i32, stdout: impl Into<Vec<u8>>, stderr: &str) -> Finished {
        let status = ExitStatus::from_raw(wait_status);
        Finished { status, stdout: stdout.into(), stderr: stderr.into() }
    }

    fn told(answer: Answer) -> (String, String) {
        match answer {
            Answer::Success(output) => (output.as_json().to_owned(), String::new()),
            Answer::Failure(failure) => (failure.error().to_owned(), failure.cause()),
        }
    }

    #[test]
    fn what_is_json_stays_as_it_is_and_everything_else_is_a_text() {
        for (stdout, output) in [
            ("{\"score\": 7.00}\n", "{\"score\": 7.00}"),
            ("42\n", "42"),
            ("Hello, Kato\n", "\"Hello, Kato\""),
            ("two\nlines\n\n", "\"two\\nlines\\n\""),
            ("", "\"\""),
        ] {
            assert_eq!(told(answer(&finished(0, stdout, "noise"))).0, output);
        }
    }

    #[test]
    fn a_failure_has_the_exit_code_and_the_last_words() {
        for (status, stderr, error, cause) in [
            (3 << 8, "no such applicant\n", "Command.Exit3", "no such applicant"),
            (1 << 8, "", "Command.Exit1", "the command ended with exit code 1"),
            (9, "", "Command.Signal9", "the command was killed by signal 9"),
        ] {
            let told = told(answer(&finished(status, "ignored", stderr)));
            assert_eq!((&*told.0, &*told.1), (error, cause));
        }
    }

    #[test]
    fn too_large_an_output_fails_the_task() {
        let told = told(answer(&finished(0, "x".repeat(300_000), "")));
        assert_eq!(told.0, "Bridge.OutputTooLarge");
        assert!(told.1.contains("300002 bytes"), "{}", told.1);
    }

    #[test]
    fn what_is_not_text_fails_the_task_and_is_not_altered() {
        for stdout in [&b"caf\xe9\n"[..], b"\"caf\xe9\"", &[0x89, b'P', b'N', b'G']] {
            assert_eq!(told(answer(&finished(0, stdout, ""))).0, "Command.OutputNotText");
        }
        // Where it is cut, it need not be text.
        let cut = &"\u{e9}".repeat(200_000).into_bytes()[..399_999];
        assert_eq!(told(answer(&finished(0, cut, ""))).0, "Bridge.OutputTooLarge");
    }
}
