//! What executions say of themselves, without the tokens in it.
//!
//! The history of an execution has every token that was sent out, in the parameters of its tasks; so may inputs and outputs.

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};

/// What stands in the place of a token.
const REDACTED: &str = "[redacted]";
/// What is in every token of Step Functions near its beginning, as base64.
const MARK: &str = "AAAAKgAAAA";

/// A text without tokens: those under a name that says so in its JSON, at any depth, also in JSON within texts, and
/// whatever looks like one. All that is no token is left as it is, to the letter.
pub(crate) fn text(text: &str) -> String {
    of_text(text).into_owned()
}

fn of_text(text: &str) -> Cow<'_, str> {
    let may_be_json = text.trim_start().starts_with(['{', '[', '"']);
    if may_be_json && serde_json::from_str::<&RawValue>(text).is_ok() { of_json(text) } else { of_words(text) }
}

/// JSON without the tokens in its texts, and in the names of its fields.
fn of_json(json: &str) -> Cow<'_, str> {
    let (mut without, mut rest) = (String::new(), json);
    let mut name = String::new();
    while let Some(start) = rest.find('"') {
        let (before, from_here) = rest.split_at(start);
        let (literal, after) = from_here.split_at(literal_length(from_here));
        // Half of a surrogate pair makes it JSON that is no text.
        let read = serde_json::from_str::<String>(literal);
        let text = read.as_deref().unwrap_or(literal.trim_matches('"'));
        let is_token = before.trim() == ":" && names_a_token(&name) && !text.starts_with('$');
        without.push_str(before);
        match read.as_deref().map(of_text) {
            _ if is_token => without.push_str(&Value::from(REDACTED).to_string()),
            Ok(Cow::Owned(text)) => without.push_str(&Value::from(text).to_string()),
            Ok(Cow::Borrowed(_)) => without.push_str(literal),
            Err(_) => without.push_str(&of_words(literal)),
        }
        (name, rest) = (text.to_owned(), after);
    }
    without.push_str(rest);
    if without == json { Cow::Borrowed(json) } else { Cow::Owned(without) }
}

/// How long the text is in JSON that stands at the beginning, with its quotation marks.
fn literal_length(json: &str) -> usize {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 2)
}

/// `taskToken`, `task_token`, `myTaskToken`, `token` and the like.
fn names_a_token(name: &str) -> bool {
    let name = name.replace(['_', '-'], "").to_ascii_lowercase();
    name == "token" || name.ends_with("tasktoken")
}

/// A text without the words that look like tokens, in base64, in a URL or in a part of JSON.
fn of_words(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut without = String::new();
    while let Some(mark) = rest.find(MARK) {
        // What leads to a token, as in `https://host/` and `?t=`, ends with another character than its first ones.
        let start = rest[..mark].trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        without.push_str(&rest[..start]);
        without.push_str(REDACTED);
        rest = after_token(&rest[mark..]);
    }
    if without.is_empty() {
        return Cow::Borrowed(text);
    }
    without.push_str(rest);
    Cow::Owned(without)
}

/// What comes after the token that a text begins with. In JSON, `\/` and `\u002b` are characters of a token, too, however
/// often that JSON was put in JSON.
fn after_token(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "+/=-_%".contains(c));
        let escaped = rest.trim_start_matches('\\');
        if escaped.len() == rest.len() || !escaped.starts_with(['/', 'u']) {
            return rest;
        }
        rest = escaped;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAsecret+/=";

    #[test]
    fn a_text_without_tokens_stays_as_it_is() {
        for untouched in [
            r#"{ "b": 1.0000000000000000001,  "a": "tokens: none" }"#,
            "no JSON at all",
            r#"{"token":{"kind":"card"},"count":7,"token":[1,"a"]}"#,
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

    #[test]
    fn all_but_the_tokens_stays_to_the_letter() {
        let found =
            text(&format!("\n{{ \"n\": 12345678901234567890123, \"taskToken\" : \"t-1\", \"{TOKEN}\": [1.00] }}"));
        let expected = "\n{ \"n\": 12345678901234567890123, \"taskToken\" : \"[redacted]\", \"[redacted]\": [1.00] }";
        assert_eq!(found, expected);
    }

    #[test]
    fn a_text_may_end_with_an_escaped_character() {
        for end in [r"\\", r#"\""#, r#"\\\""#] {
            let found = text(&format!(r#"{{"said":"{end}","taskToken":"t-1"}}"#));
            assert_eq!(found, format!(r#"{{"said":"{end}","taskToken":"[redacted]"}}"#));
        }
    }

    #[test]
    fn what_leads_to_a_token_is_told() {
        assert_eq!(text(&format!("POST https://host/{TOKEN}?a=b")), "POST https://host/[redacted]?a=b");
        assert_eq!(text(&format!("token={TOKEN}")), "token=[redacted]");
    }

    #[test]
    fn half_of_a_surrogate_pair_is_left_as_it_is() {
        for untouched in [r#"{"said":"\ud83d"}"#, r#"{"\ud83d":1}"#, r#""\ud83d""#] {
            assert_eq!(text(untouched), untouched);
        }
        assert_eq!(text(r#"{"taskToken":"\ud83d"}"#), r#"{"taskToken":"[redacted]"}"#);
    }

    /// JSON, or a part of it, in texts and names, in JSON that is a text in JSON, and so on.
    fn within(token: &str, wraps: &[u8]) -> String {
        wraps.iter().fold(token.to_owned(), |text, wrap| match wrap {
            0 => serde_json::json!({ "MessageBody": text, "n": 1 }).to_string(),
            1 => serde_json::json!({ text: [2, null] }).to_string(),
            2 => serde_json::json!([text]).to_string().replace('/', "\\/").replace('+', "\\u002b"),
            3 => format!("HTTP 500: {text}, and so on"),
            4 => serde_json::json!([text]).to_string().replacen('"', "\"\\ud83d", 1),
            _ => format!(" \n{text}"),
        })
    }

    proptest! {
        #[test]
        fn no_token_is_left_wherever_it_stands(
            end in "[A-Za-z0-9+/]{0,50}[a-z]{8}={0,2}",
            wraps in proptest::collection::vec(0..6_u8, 0..5),
        ) {
            let token = format!("AQCUAAAAKgAAAAMAAAAA{end}");
            let found = text(&within(&token, &wraps));
            let end = end.trim_end_matches('=');
            prop_assert!(!found.contains(MARK) && !found.contains(&end[end.len() - 8..]), "{}", found);
        }
    }
}
