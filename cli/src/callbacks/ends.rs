//! `callbacks withdraw` and `callbacks settle`: how a callback has ended.

use serde_json::Value;

use super::Id;
use crate::{error::Error, history::shown};

/// What came of a withdrawal, in a sentence.
///
/// # Errors
/// When somebody else was quicker.
pub(super) fn of_withdrawal(callback: &Id, reply: &Value) -> Result<String, Error> {
    let settled = reply["settled"] == true;
    match reply["decision"]["kind"].as_str() {
        Some("withdrawn") => {
            let by = shown(reply["decision"]["by"].as_str().unwrap_or_default());
            let told = if settled { told(reply) } else { "Step Functions is told as soon as it takes that".to_owned() };
            Ok(format!("{callback} is withdrawn by {by}; {told}"))
        }
        Some(kind) => Err(Error::refused(format!(
            "{callback} is decided already: {}; `callback-bridge callbacks show {callback}` tells more",
            shown(kind)
        ))),
        None if settled => Err(Error::refused(format!("nobody waits for {callback} any more: its task has ended"))),
        None => Err(Error::refused("the function does not reply with a callback: choose another --function")),
    }
}

/// What Step Functions has taken, in a sentence.
///
/// # Errors
/// When it has not.
pub(super) fn of_settlement(callback: &Id, reply: &Value) -> Result<String, Error> {
    let decided = reply["decision"]["kind"].as_str().map_or_else(|| "not decided".to_owned(), shown);
    if reply["settled"] == true {
        return Ok(format!("{callback} is {decided}, and settled; {}", told(reply)));
    }
    let again = reply["toldAt"].as_str().map(|at| format!(" at {}", shown(at))).unwrap_or_default();
    Err(Error::refused(format!(
        "{callback} is {decided}, and Step Functions has not taken that yet; it is told again by itself{again}. \
         The logs of the function say why, beside its callback.id"
    )))
}

/// What the last reply of Step Functions meant.
fn told(reply: &Value) -> String {
    match reply["disposition"].as_str() {
        Some("settled") => "Step Functions has taken it".to_owned(),
        Some("closed") => "nobody waited for it any more: its task had ended in another way".to_owned(),
        Some("unknown") => "its task has ended, perhaps by this: a try before went unheard".to_owned(),
        Some("bad token") => "Step Functions does not know its task".to_owned(),
        other => format!("Step Functions is done with it ({})", shown(other.unwrap_or("settled"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id() -> Id {
        "aTcvP3UjhKTPRTw6jeNnGg".parse().unwrap()
    }

    fn reply(kind: &str, disposition: Option<&str>) -> Value {
        json!({ "decision": { "kind": kind, "by": "carol" }, "settled": disposition.is_some(), "disposition": disposition })
    }

    #[test]
    fn a_withdrawal_says_whether_the_task_knows() {
        let told = of_withdrawal(&id(), &reply("withdrawn", Some("settled"))).unwrap();
        assert_eq!(told, "aTcvP3UjhKTPRTw6jeNnGg is withdrawn by carol; Step Functions has taken it");
        let untold = of_withdrawal(&id(), &reply("withdrawn", None)).unwrap();
        assert!(untold.ends_with("Step Functions is told as soon as it takes that"), "{untold}");
    }

    #[test]
    fn whoever_comes_too_late_to_withdraw_is_told_what_was_decided() {
        let refused = of_withdrawal(&id(), &reply("approved", Some("settled"))).unwrap_err();
        assert!(refused.to_string().contains("is decided already: approved"), "{refused}");
        let over = json!({ "decision": null, "settled": true, "disposition": "closed" });
        let refused = of_withdrawal(&id(), &over).unwrap_err();
        assert!(matches!(&refused, Error::Refused(text) if text.starts_with("nobody waits")), "{refused}");
    }

    #[test]
    fn what_step_functions_has_not_taken_is_no_success() {
        for (disposition, says) in [
            ("settled", "Step Functions has taken it"),
            ("closed", "nobody waited"),
            ("unknown", "perhaps by this"),
            ("bad token", "does not know its task"),
        ] {
            let told = of_settlement(&id(), &reply("approved", Some(disposition))).unwrap();
            assert!(told.contains("is approved, and settled; ") && told.contains(says), "{told}");
        }
        let mut untold = reply("approved", None);
        untold["toldAt"] = "2026-11-22T10:00:30Z".into();
        let refused = of_settlement(&id(), &untold).unwrap_err();
        assert!(refused.to_string().contains("told again by itself at 2026-11-22T10:00:30Z"), "{refused}");
    }
}
