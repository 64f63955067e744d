//! `callbacks resend`: what became of it.

use std::io::Write;

use serde_json::Value;

use crate::{error::Error, history::shown};

/// Writes who was told again for people.
pub(super) fn write(told: &Value, out: &mut impl Write) -> Result<(), Error> {
    let names = |list: &str| {
        let names = told[list].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(shown).collect::<Vec<_>>()
    };
    for who in names("told") {
        writeln!(out, "{who} was told again")?;
    }
    for who in names("notTold") {
        writeln!(
            out,
            "{who} was not told yet: it did not go out, or others are at work on it; it is tried again by itself"
        )?;
    }
    if let Some(kind) = told["decision"]["kind"].as_str() {
        writeln!(out, "meanwhile it was decided: {}", shown(kind))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_was_told_and_who_was_not_is_said() {
        let told = json!({
            "told": ["alice@example.com"], "notTold": ["bob@example.com"], "decision": { "kind": "answered" },
        });
        let mut out = Vec::new();
        write(&told, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("alice@example.com was told again\n"), "{text}");
        assert!(text.contains("bob@example.com was not told yet"), "{text}");
        assert!(text.ends_with("meanwhile it was decided: answered\n"), "{text}");
    }
}
