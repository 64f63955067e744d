//! `token`: one answer to one task.

use std::{
    fs,
    io::{Write, stdout},
};

use callback_bridge::{Answer, OutputError, TaskCallbacks, TaskFailure, TaskOutput, TaskToken};
use callback_bridge_aws::{CallbackRoles, StepFunctions};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    answering,
    arguments::Format,
    error::{Ended, Error},
    input::{self, Source},
    session::Session,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer a task with its output
    Success(Success),
    /// Fail a task, with an error that its state machine can catch
    Failure(Failure),
    /// Say that a task is still being worked on
    Heartbeat(Heartbeat),
}

/// Where the token is. It is never an argument: those can be read by everybody on the machine, and stay in the shell's history.
#[derive(Debug, Args)]
struct TokenSource {
    /// The file with the task token; - is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    token_file: Source,
}

#[derive(Debug, Args)]
pub(crate) struct Success {
    #[command(flatten)]
    token: TokenSource,
    #[command(flatten)]
    result: TaskResult,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct TaskResult {
    /// The output of the task, as JSON
    #[arg(long, value_name = "JSON", allow_negative_numbers = true)]
    result: Option<String>,
    /// The file with the output of the task, as JSON; - is standard input
    #[arg(long, value_name = "FILE")]
    result_file: Option<Source>,
}

#[derive(Debug, Args)]
pub(crate) struct Failure {
    #[command(flatten)]
    token: TokenSource,
    /// The error's name, which a Catch or Retry of the state machine matches
    #[arg(long, value_name = "NAME")]
    error: Option<String>,
    /// What happened, for people
    #[arg(long, value_name = "TEXT")]
    cause: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Heartbeat {
    #[command(flatten)]
    token: TokenSource,
}

/// What Step Functions is to be told.
#[derive(Debug, PartialEq, Eq)]
enum Telling {
    Answer(Answer),
    Heartbeat,
}

pub(crate) async fn run(command: Command, session: &Session) -> Result<Ended, Error> {
    let (token, telling) = read(command)?;
    let callbacks = StepFunctions::new(&session.config, CallbackRoles::default(), "callback-bridge-cli");
    tell(&callbacks, &token, &telling, session.format, &mut stdout()).await
}

fn read(command: Command) -> Result<(TaskToken, Telling), Error> {
    match command {
        Command::Success(Success { token, result }) => {
            if result.result_file == Some(Source::StandardInput) && token.token_file == Source::StandardInput {
                let reason =
                    "standard input is either the token or the output: give --token-file or --result-file another";
                return Err(Error::usage(reason));
            }
            Ok((token.read()?, Telling::Answer(Answer::Success(result.read()?))))
        }
        Command::Failure(Failure { token, error, cause }) => {
            short_enough("error", error.as_deref(), TaskFailure::MAX_ERROR_CHARS)?;
            short_enough("cause", cause.as_deref(), TaskFailure::MAX_CAUSE_CHARS)?;
            let failure = TaskFailure::verbatim(error.as_deref(), cause.as_deref());
            Ok((token.read()?, Telling::Answer(Answer::Failure(failure))))
        }
        Command::Heartbeat(Heartbeat { token }) => Ok((token.read()?, Telling::Heartbeat)),
    }
}

impl TokenSource {
    /// The token, with the white space around it left out: files end with a line feed.
    fn read(&self) -> Result<TaskToken, Error> {
        let text = match &self.token_file {
            Source::StandardInput => self.token_file.read()?,
            // What was given may be the token itself, so that it is not repeated.
            Source::File(path) => fs::read_to_string(path).map_err(|error| {
                Error::usage(format!(
                    "the file of --token-file cannot be read: {error}; give the file that has the token in it, not the token"
                ))
            })?,
        };
        let text = text.trim();
        if text.contains(char::is_whitespace) {
            return Err(Error::usage(format!("{} has more in it than a task token", self.token_file)));
        }
        TaskToken::new(text).map_err(|error| Error::usage(format!("{}: {error}", self.token_file)))
    }
}

impl TaskResult {
    fn read(&self) -> Result<TaskOutput, Error> {
        let json = match (&self.result, &self.result_file) {
            (_, Some(file)) => file.read_json()?,
            (text, None) => input::json(text.as_deref().unwrap_or_default())
                .map_err(|error| Error::usage(format!("--result is not JSON: {error}; a text is '\"in quotes\"'")))?,
        };
        TaskOutput::of(&json).map_err(|error: OutputError| Error::usage(error.to_string()))
    }
}

fn short_enough(what: &str, text: Option<&str>, most: usize) -> Result<(), Error> {
    match text.map_or(0, |text| text.chars().count()) {
        chars if chars > most => Err(Error::usage(format!(
            "--{what} has {chars} characters, more than the {most} that Step Functions accepts"
        ))),
        _ => Ok(()),
    }
}

async fn tell(
    callbacks: &impl TaskCallbacks,
    token: &TaskToken,
    telling: &Telling,
    format: Format,
    out: &mut impl Write,
) -> Result<Ended, Error> {
    let kind = match telling {
        Telling::Answer(answer) => {
            answering::answer(callbacks, token, answer).await?;
            answer.kind()
        }
        Telling::Heartbeat => {
            answering::heartbeat(callbacks, token).await?;
            "heartbeat"
        }
    };
    let attempt = token.attempt_id();
    match format {
        Format::Table => writeln!(out, "Step Functions has taken the {kind} of attempt {}", &attempt.as_str()[..8])?,
        Format::Json => writeln!(out, "{:#}", json!({ "taken": kind, "attempt": attempt.as_str() }))?,
    }
    Ok(Ended::Well)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use callback_bridge::{Refusal, test_util::RecordingCallbacks};
    use clap::Parser;

    use super::*;
    use crate::arguments::{self, Arguments};

    const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAsecret+/=";

    fn parse(folder: &Path, words: &[&str]) -> Command {
        let file = folder.join("token");
        let words = ["callback-bridge", "token", words[0], "--token-file", file.to_str().unwrap()]
            .into_iter()
            .chain(words[1..].iter().copied());
        match Arguments::parse_from(words).command {
            arguments::Command::Token(command) => command,
            other => panic!("{other:?}"),
        }
    }

    fn folder(token: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), token).unwrap();
        folder
    }

    #[test]
    fn a_result_is_told_to_the_letter() {
        let folder = folder(&format!("{TOKEN}\n"));
        let json = r#"{"score": 1.00, "id": 12345678901234567890123}"#;
        let (token, telling) = read(parse(folder.path(), &["success", "--result", json])).unwrap();
        assert_eq!(token.expose(), TOKEN);
        let Telling::Answer(Answer::Success(output)) = telling else { panic!("{telling:?}") };
        assert_eq!(output.as_json(), json);
    }

    #[test]
    fn a_result_may_be_less_than_nothing() {
        let folder = folder(TOKEN);
        let (_, telling) = read(parse(folder.path(), &["success", "--result", "-1"])).unwrap();
        assert!(matches!(telling, Telling::Answer(Answer::Success(output)) if output.as_json() == "-1"));
    }

    #[test]
    fn a_failure_is_told_in_the_words_that_were_given() {
        let folder = folder(TOKEN);
        let words = ["failure", "--error", "Credit.Declined", "--cause", "too low"];
        let (_, telling) = read(parse(folder.path(), &words)).unwrap();
        let failure = TaskFailure::verbatim(Some("Credit.Declined"), Some("too low"));
        assert_eq!(telling, Telling::Answer(Answer::Failure(failure)));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_token() {
        let long = "c".repeat(40_000);
        for (token, words, reason) in [
            ("", &["heartbeat"][..], "the task token is empty"),
            ("AQCU secret", &["heartbeat"], "has more in it than a task token"),
            (TOKEN, &["success", "--result", "secret"], "--result is not JSON"),
            (TOKEN, &["success", "--result-file", "-", "--token-file", "-"], "standard input is either"),
            (TOKEN, &["failure", "--cause", &long], "--cause has 40000 characters"),
        ] {
            let folder = folder(token);
            let error = match words {
                [.., "-"] => {
                    let words = ["callback-bridge", "token"].iter().chain(words);
                    let command = Arguments::parse_from(words).command;
                    let arguments::Command::Token(command) = command else { panic!("{command:?}") };
                    read(command)
                }
                words => read(parse(folder.path(), words)),
            };
            let error = error.unwrap_err().to_string();
            assert!(error.contains(reason) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_token_in_place_of_its_file_is_not_told() {
        let words = ["callback-bridge", "token", "heartbeat", "--token-file", TOKEN];
        let arguments::Command::Token(command) = Arguments::parse_from(words).command else { panic!() };
        let error = read(command).unwrap_err().to_string();
        assert!(
            error.contains("No such file") && error.contains("not the token") && !error.contains("secret"),
            "{error}"
        );
    }

    #[test]
    fn an_answer_needs_a_result() {
        let missing = Arguments::try_parse_from(["callback-bridge", "token", "success"]).unwrap_err();
        assert_eq!(missing.exit_code(), 2);
    }

    #[tokio::test]
    async fn what_was_taken_is_told_without_the_token() {
        let callbacks = RecordingCallbacks::default();
        let token = TaskToken::new(TOKEN).unwrap();
        for format in [Format::Table, Format::Json] {
            let mut out = Vec::new();
            tell(&callbacks, &token, &Telling::Heartbeat, format, &mut out).await.unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.contains("heartbeat") && out.contains(&token.attempt_id().as_str()[..8]), "{out}");
            assert!(!out.contains("AQCU") && !out.contains("secret"), "{out}");
        }
        assert_eq!(callbacks.heartbeats(), 2);
    }

    #[tokio::test]
    async fn a_late_answer_says_where_to_look() {
        let callbacks = RecordingCallbacks::default().beating([Err(Refusal::TaskTimedOut)]);
        let token = TaskToken::new(TOKEN).unwrap();
        let told = tell(&callbacks, &token, &Telling::Heartbeat, Format::Table, &mut Vec::new()).await;
        let error = told.unwrap_err();
        assert!(matches!(error, Error::Refused(_)) && error.to_string().contains("history EXECUTION"), "{error}");
    }
}
