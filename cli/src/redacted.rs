//! What executions say of themselves, without the tokens in it.
//!
//! The history of an execution has every token that was sent out, in the parameters of its tasks; so may inputs and outputs.

use std::borrow::Cow;

use serde_json::Value;

/// What stands in the place of a token.
const REDACTED: &str = "[redacted]";
/// What is in every token of Step Functions near its beginning, as base64.
const MARK: &str = "AAAAKgAAAA";

/// A text without tokens: those under a name that says so in its JSON, at any depth, also in JSON within texts, and
/// whatever looks like one. A text without tokens is left as it is, to the letter.
pub(crate) fn text(text: &str) -> String {
    of_text(text).into_owned()
}

fn of_text(text: &str) -> Cow<'_, str> {
    if text.starts_with(['{', '[', '"'])
        && let Ok(mut value) = serde_json::from_str::<Value>(text)
    {
        return if redact(&mut value) { Cow::Owned(value.to_string()) } else { Cow::Borrowed(text) };
    }
    without_marked(text)
}

/// Says whether there was something to redact.
fn redact(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter_mut().fold(false, |found, (name, value)| {
            let is_token = names_a_token(name) && value.as_str().is_some_and(|text| !text.starts_with('$'));
            if is_token {
                *value = Value::from(REDACTED);
            }
            is_token | redact(value) | found
        }),
        Value::Array(values) => values.iter_mut().fold(false, |found, value| redact(value) | found),
        Value::String(text) => match of_text(text) {
            Cow::Owned(without) => {
                *text = without;
                true
            }
            Cow::Borrowed(_) => false,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// `taskToken`, `task_token`, `myTaskToken`, `token` and the like.
fn names_a_token(name: &str) -> bool {
    let name = name.replace(['_', '-'], "").to_ascii_lowercase();
    name == "token" || name.ends_with("tasktoken")
}

/// A text without the words that look like tokens, in base64 or in a URL.
fn without_marked(text: &str) -> Cow<'_, str> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "+/=-_%".contains(c);
    let mut rest = text;
    let mut without = String::new();
    while let Some(mark) = rest.find(MARK) {
        let start = rest[..mark]
            .rfind(|c| !is_of_token(c))
            .map_or(0, |before| before + rest[before..].chars().next().map_or(1, char::len_utf8));
        let end = rest[mark..].find(|c| !is_of_token(c)).map_or(rest.len(), |length| mark + length);
        without.push_str(&rest[..start]);
        without.push_str(REDACTED);
        rest = &rest[end..];
    }
    if without.is_empty() {
        return Cow::Borrowed(text);
    }
    without.push_str(rest);
    Cow::Owned(without)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAsecret+/=";

    #[test]
    fn a_text_without_tokens_stays_as_it_is() {
        for untouched in [
            r#"{ "b": 1.0000000000000000001,  "a": "tokens: none" }"#,
            "no JSON at all",
            r#"{"token.$":"$$.Task.Token","taskToken":"$$.Task.Token","token":7}"#,
        ] {
            assert_eq!(text(untouched), untouched);
        }
    }

    #[test]
    fn a_token_under_its_name_is_redacted_whatever_it_looks_like() {
        for name in ["taskToken", "TaskToken", "task_token", "token", "myTaskToken"] {
            let found = text(&format!(r#"{{"Entries":[{{"Detail":{{"{name}":"t-1"}}}}]}}"#));
            assert_eq!(found, format!(r#"{{"Entries":[{{"Detail":{{"{name}":"[redacted]"}}}}]}}"#));
        }
    }

    #[test]
    fn a_token_in_a_message_within_a_message_is_redacted() {
        let body = format!(r#"{{"Message":"go","TaskToken":"{TOKEN}"}}"#);
        let found = text(&serde_json::json!({ "MessageBody": body, "QueueUrl": "q" }).to_string());
        assert!(!found.contains("secret") && found.contains("QueueUrl") && found.contains("go"), "{found}");
    }

    #[test]
    fn what_looks_like_a_token_is_redacted_wherever_it_stands() {
        assert_eq!(text(&format!("é{TOKEN}, twice: '{TOKEN}'.")), "é[redacted], twice: '[redacted]'.");
        let found = text(&serde_json::json!({ "url": format!("https://host/?t={TOKEN}") }).to_string());
        assert!(!found.contains("secret"), "{found}");
        assert_eq!(text(&format!("\"{TOKEN}\"")), "\"[redacted]\"");
    }
}
