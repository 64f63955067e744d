//! `callbacks show`: all that is known of one.

use std::io::Write;

use jiff::Timestamp;
use serde_json::Value;

use super::times;
use crate::{error::Error, history::shown, redacted, terminal};

/// How wide the names are.
const COLUMN: usize = 18;

/// Writes what is known for people.
pub(super) fn write(callback: &Value, now: Timestamp, out: &mut impl Write) -> Result<(), Error> {
    for name in ["callbackId", "kind", "title", "destination", "status", "execution", "state", "attempt"] {
        line(out, name, callback[name].as_str().map(shown))?;
    }
    let at = |name: &str, told: fn(&Value, Timestamp) -> String| {
        callback[name].as_str().map(|at| format!("{at} ({})", told(&callback[name], now)))
    };
    line(out, "began", at("beganAt", |at, now| format!("{} ago", times::age(at, now))))?;
    let open = callback["status"] == "waiting";
    line(out, "due", at("deadlineAt", times::due).filter(|_| open))?;
    line(out, "next", at("nextAt", times::due))?;
    line(out, "tries", callback["tries"].as_u64().filter(|tries| *tries > 0).map(|tries| tries.to_string()))?;
    for name in ["decision", "settlement", "untold"] {
        let value = Some(&callback[name]).filter(|value| !value.is_null());
        line(out, name, value.map(|value| redacted::text(&value.to_string())))?;
    }
    let asked = callback["request"].as_object().into_iter().flatten();
    for (name, value) in asked.filter(|(_, value)| !is_empty(value)) {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        line(out, name, Some(redacted::text(&text)))?;
    }
    people(callback, now, out)
}

/// What those who are asked were told, and have answered.
fn people(callback: &Value, now: Timestamp, out: &mut impl Write) -> Result<(), Error> {
    let list = |name: &str| callback[name].as_array().cloned().unwrap_or_default();
    let (notices, answers) = (list("notices"), list("answers"));
    if notices.is_empty() {
        return Ok(());
    }
    let mut table = terminal::table(["asked", "times told", "failed since", "told again", "answer", "comment"]);
    for notice in notices {
        let who = notice["who"].as_str().unwrap_or_default();
        let answer = answers.iter().find(|answer| answer["who"] == who);
        let of_answer = |name: &str| answer.and_then(|answer| answer[name].as_str()).map(shown);
        let by = of_answer("by").filter(|by| by != who).map(|by| format!(" by {by}")).unwrap_or_default();
        let problem = notice["problem"].as_str().map(|problem| format!(": {}", shown(problem))).unwrap_or_default();
        let again = if answer.is_none() { times::due(&notice["nextAt"], now) } else { String::new() };
        table.add_row([
            shown(who),
            notice["sent"].to_string(),
            format!("{}{problem}", notice["failures"]),
            again,
            of_answer("choice").map(|choice| format!("{choice}{by}")).unwrap_or_default(),
            of_answer("comment").unwrap_or_default(),
        ]);
    }
    writeln!(out, "\n{table}")?;
    Ok(())
}

/// Whatever stands in the text: it moves nothing, and no line of it looks like one of ours.
fn line(out: &mut impl Write, name: &str, text: Option<String>) -> Result<(), Error> {
    if let Some(text) = text {
        let indented = terminal::printable(&text).replace('\n', &format!("\n{:COLUMN$} ", ""));
        writeln!(out, "{name:<COLUMN$} {indented}")?;
    }
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_events::TOKEN;

    #[test]
    fn people_see_who_was_told_how_often_and_what_they_said() {
        let callback = json!({
            "callbackId": "aTcvP3UjhKTPRTw6jeNnGg", "kind": "approval", "title": "Loan 42", "status": "waiting",
            "beganAt": "2026-11-22T07:00:00Z", "deadlineAt": "2026-11-24T10:00:00Z", "nextAt": "2026-11-22T10:05:00Z",
            "request": { "summary": "for a bakery", "veto": false, "details": [] }, "tries": 0,
            "answers": [{ "who": "alice@example.com", "by": "dora@example.com", "choice": "approve", "comment": "well" }],
            "notices": [
                { "who": "alice@example.com", "sent": 1, "failures": 0, "nextAt": null },
                {
                    "who": "bob@example.com", "sent": 0, "failures": 3, "nextAt": "2026-11-22T10:05:00Z",
                    "problem": "it replied with 503",
                },
            ],
        });
        let mut out = Vec::new();
        write(&callback, "2026-11-22T10:00:00Z".parse().unwrap(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for told in [
            "2026-11-22T07:00:00Z (3 h ago)",
            "2026-11-24T10:00:00Z (in 2 d)",
            "summary            for a bakery",
            "approve by dora@example.com",
            "well",
            "3: it replied with 503",
            "in 5 min",
        ] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(!text.contains("details"), "{text}");
    }

    #[test]
    fn nothing_that_is_asked_looks_like_a_line_of_ours_or_moves_a_terminal() {
        let forged = "\u{1b}[2J\ndecision x\u{9b}";
        let callback = json!({
            "title": forged, "request": { "summary": forged, "details": [{ "label": forged, "value": "\u{9d}" }] },
            "decision": { "reason": forged }, "untold": [forged],
        });
        let mut out = Vec::new();
        write(&callback, Timestamp::UNIX_EPOCH, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("summary            \u{fffd}[2J\n                   decision x\u{fffd}\n"), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("decision")).count(), 1, "{text}");
    }

    #[test]
    fn a_token_in_what_is_asked_is_not_shown() {
        let callback = json!({ "request": { "body": { "text": TOKEN } }, "untold": [{ "answer": TOKEN }] });
        let mut out = Vec::new();
        write(&callback, Timestamp::UNIX_EPOCH, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("[redacted]") && !text.contains("secret"), "{text}");
    }
}
