//! What is logged, and what must be nowhere.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use proptest::prelude::*;
use serde_json::Value;
use tracing::{
    Level,
    subscriber::{set_global_default, with_default},
};

use super::{
    generator::scenario,
    scenario::{SECRET, Scenario},
    seen::{Seen, play},
};
use crate::Answer;

proptest! {
    #[test]
    fn no_piece_of_a_token_is_in_a_response_an_answer_or_a_log_line(scenario in scenario()) {
        let (seen, log) = play_and_listen(&scenario, Level::TRACE);
        prop_assert!(!log.is_empty());
        let mut texts = vec![log, seen.response.clone(), format!("{:?}", seen.journal)];
        for position in 0..scenario.records.len() {
            texts.extend(seen.answers(position).into_iter().map(|(_, answer)| match answer {
                Answer::Success(output) => output.as_json().to_owned(),
                Answer::Failure(failure) => format!("{} {}", failure.error(), failure.cause()),
            }));
        }
        for text in texts {
            let leak = text.find(SECRET).map(|at| text[..at].chars().rev().take(200).collect::<Vec<_>>());
            let after = leak.map(|before| before.into_iter().rev().collect::<String>());
            prop_assert_eq!(after, None);
        }
    }

    #[test]
    fn the_line_about_an_answer_tells_how_it_went(scenario in scenario()) {
        let (seen, log) = play_and_listen(&scenario, Level::INFO);
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for position in 0..scenario.records.len() {
            let id = Value::from(position.to_string());
            let is_about = |line: &&Value| line["span"]["message.id"] == id && line["task.answer"].is_string();
            let about: Vec<&Value> = lines.iter().filter(is_about).collect();
            let answers = seen.answers(position);
            prop_assert_eq!(about.len(), usize::from(!answers.is_empty()), "{}: {:?}", position, about);
            let (Some(line), Some((last, told))) = (about.first(), answers.last()) else { continue };
            let tries: Vec<_> = answers.iter().filter(|(_, answer)| answer == told).collect();
            prop_assert_eq!(&line["settle.tries"], tries.len());
            prop_assert_eq!(&line["task.answer"], told.kind());
            prop_assert_eq!(line["task.error"].as_str(), told.error());
            let may_have_been_taken = tries[..tries.len() - 1].iter().any(|(before, _)| before.is_unheard());
            let disposition = match () {
                () if last.is_accepted_answer() => "settled",
                () if last.is_closed() && may_have_been_taken => "unknown",
                () if last.is_closed() => "closed",
                () if last.is_bad_token() => "bad token",
                () if last.is_denied() => "denied",
                () if last.is_invalid() => "rejected",
                () => "retry",
            };
            prop_assert_eq!(line["disposition"].as_str(), Some(disposition), "{}: {:#?}", position, answers);
        }
    }
}

/// Somebody listens on every thread. A line that is first met on a thread where nobody does counts as unheard on all of them,
/// as long as only one listens.
static EVERYWHERE: LazyLock<()> = LazyLock::new(|| set_global_default(tracing_subscriber::registry()).unwrap());

/// Plays a scenario and returns all that was logged, one JSON object a line.
fn play_and_listen(scenario: &Scenario, level: Level) -> (Seen, String) {
    LazyLock::force(&EVERYWHERE);
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_max_level(level);
    let seen = with_default(subscriber.with_writer(move || log.clone()).finish(), || play(scenario));
    let bytes = written.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (seen, String::from_utf8(bytes).unwrap())
}

#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
