//! From what a command leaves behind to the answer of its task.

use std::os::unix::process::ExitStatusExt;

use callback_bridge::{Answer, OutputError, TaskFailure, TaskOutput, names};

use super::command::Finished;
use crate::input;

/// The error of a task whose command was killed because the worker had to stop.
const STOPPED: &str = "Command.Stopped";
/// The error of a task whose command could not be started.
const NOT_STARTED: &str = "Command.NotStarted";

/// The answer to a task whose command has ended.
pub(super) fn answer(finished: &Finished) -> Answer {
    let Finished { status, stdout, stderr } = finished;
    if status.success() {
        return output(&String::from_utf8_lossy(stdout)).map_or_else(too_large, Answer::Success);
    }
    let (error, said) = match (status.code(), status.signal()) {
        (Some(code), _) => (format!("Command.Exit{code}"), format!("the command ended with exit code {code}")),
        (None, Some(signal)) => {
            (format!("Command.Signal{signal}"), format!("the command was killed by signal {signal}"))
        }
        (None, None) => ("Command.Failed".to_owned(), format!("the command ended: {status}")),
    };
    let last_words = String::from_utf8_lossy(stderr);
    let last_words = last_words.trim();
    let cause = if last_words.is_empty() { &said } else { last_words };
    Answer::Failure(TaskFailure::verbatim(Some(&error), Some(cause)))
}

/// JSON as it is; anything else as a text, without the line feed at its end.
fn output(text: &str) -> Result<TaskOutput, OutputError> {
    match input::json(text) {
        Ok(json) => TaskOutput::of(&json),
        Err(_) => TaskOutput::of(&text.strip_suffix('\n').unwrap_or(text)),
    }
}

fn too_large(error: OutputError) -> Answer {
    Answer::Failure(TaskFailure::verbatim(Some(names::OUTPUT_TOO_LARGE), Some(&error.to_string())))
}

/// The answer to a task whose command was killed, because the worker had to stop.
pub(super) fn stopped() -> Answer {
    Answer::Failure(TaskFailure::verbatim(Some(STOPPED), Some("the worker was stopped before the command had ended")))
}

/// The answer to a task whose command could not be started.
pub(super) fn not_started(reason: &std::io::Error) -> Answer {
    let cause = format!("the command could not be started: {reason}");
    Answer::Failure(TaskFailure::verbatim(Some(NOT_STARTED), Some(&cause)))
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    fn finished(wait_status: i32, stdout: &str, stderr: &str) -> Finished {
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
        let told = told(answer(&finished(0, &"x".repeat(300_000), "")));
        assert_eq!(told.0, "Bridge.OutputTooLarge");
        assert!(told.1.contains("300002 bytes"), "{}", told.1);
    }
}
