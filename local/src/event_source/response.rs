//! What a function's response means for the messages of its batch.

use serde_json::Value;

use crate::host::FunctionError;

/// What becomes of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchOutcome {
    /// All messages are deleted.
    AllDone,
    /// Those with these ids are left to their visibility timeout, all others are deleted.
    Failed(Vec<String>),
    /// No message is deleted.
    NoneDone {
        /// What is wrong with the response.
        reason: String,
    },
}

/// Reads a function's response as
/// [Lambda does](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting).
///
/// Unless the mapping says `ReportBatchItemFailures`, only an error counts, and whatever the function lists is ignored.
/// With it, nothing listed means that everything is done. That makes the guide's rules merciless: a misspelt
/// `batchItemFailures`, `null` and no response at all are complete success, while anything wrong within the list is
/// complete failure.
///
/// The guide is silent about JSON that is no object, and about a `batchItemFailures` that is no list; here they are
/// failures, which lose nothing.
#[must_use]
pub fn interpret(
    response: &[u8],
    error: Option<&FunctionError>,
    reports_batch_item_failures: bool,
    message_ids: &[String],
) -> BatchOutcome {
    if let Some(error) = error {
        return none_done(format!("the function failed: {}", error.error_type));
    }
    if !reports_batch_item_failures || response.is_empty() {
        return BatchOutcome::AllDone;
    }
    let Ok(response) = serde_json::from_slice::<Value>(response) else {
        return none_done("the response is not JSON".to_owned());
    };
    let failures = match &response {
        Value::Null => return BatchOutcome::AllDone,
        Value::Object(fields) => match fields.get("batchItemFailures") {
            None | Some(Value::Null) => return BatchOutcome::AllDone,
            Some(Value::Array(failures)) => failures,
            Some(_) => return none_done("batchItemFailures is not a list".to_owned()),
        },
        _ => return none_done("the response is not an object".to_owned()),
    };
    let ids: Result<Vec<String>, String> = failures.iter().map(|failure| identifier(failure, message_ids)).collect();
    match ids {
        Err(reason) => none_done(reason),
        Ok(ids) if ids.is_empty() => BatchOutcome::AllDone,
        Ok(ids) => BatchOutcome::Failed(ids),
    }
}

fn identifier(failure: &Value, message_ids: &[String]) -> Result<String, String> {
    match failure.get("itemIdentifier") {
        Some(Value::String(id)) if id.is_empty() => Err("an itemIdentifier is empty".to_owned()),
        Some(Value::String(id)) if message_ids.contains(id) => Ok(id.clone()),
        Some(Value::String(id)) => Err(format!("the itemIdentifier {id} is of no message of the batch")),
        Some(_) => Err("an itemIdentifier is not a text".to_owned()),
        None => Err("an item has no itemIdentifier".to_owned()),
    }
}

fn none_done(reason: String) -> BatchOutcome {
    BatchOutcome::NoneDone { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|&id| id.to_owned()).collect()
    }

    fn reported(response: &str) -> BatchOutcome {
        interpret(response.as_bytes(), None, true, &ids(&["a", "b"]))
    }

    #[test]
    fn nothing_listed_is_complete_success() {
        for response in ["", "null", "{}", r#"{"batchItemFailures": null}"#, r#"{"batchItemFailures": []}"#] {
            assert_eq!(reported(response), BatchOutcome::AllDone, "{response}");
        }
    }

    #[test]
    fn a_wrong_outer_key_is_complete_success_too() {
        for key in ["batch_item_failures", "BatchItemFailures", "batchItemFailure"] {
            assert_eq!(
                reported(&format!(r#"{{"{key}": [{{"itemIdentifier": "a"}}]}}"#)),
                BatchOutcome::AllDone,
                "{key}"
            );
        }
    }

    #[test]
    fn what_is_listed_is_kept() {
        let one = r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#;
        assert_eq!(reported(one), BatchOutcome::Failed(ids(&["b"])));
        let both = r#"{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}"#;
        assert_eq!(reported(both), BatchOutcome::Failed(ids(&["a", "b"])));
    }

    #[test]
    fn anything_wrong_within_the_list_is_complete_failure() {
        let items = [
            r#"{"itemIdentifier": ""}"#,
            r#"{"itemIdentifier": null}"#,
            r#"{"itemIdentifier": "c"}"#,
            r#"{"itemIdentifier": 1}"#,
            r#"{"item_identifier": "a"}"#,
            "{}",
            r#""a""#,
            "null",
        ];
        for item in items {
            let response = format!(r#"{{"batchItemFailures": [{{"itemIdentifier": "b"}}, {item}]}}"#);
            assert!(matches!(reported(&response), BatchOutcome::NoneDone { .. }), "{response}");
        }
    }

    #[test]
    fn what_can_t_be_understood_is_complete_failure() {
        for response in ["{", "not json", r#""ok""#, "[]", "true", r#"{"batchItemFailures": "a"}"#] {
            assert!(matches!(reported(response), BatchOutcome::NoneDone { .. }), "{response}");
        }
    }

    #[test]
    fn an_error_is_complete_failure_whatever_else() {
        let error = FunctionError { error_type: "Sandbox.Timedout".to_owned(), message: String::new() };
        for reports in [true, false] {
            let outcome = interpret(b"null", Some(&error), reports, &ids(&["a"]));
            assert!(matches!(outcome, BatchOutcome::NoneDone { reason } if reason.contains("Sandbox.Timedout")));
        }
    }

    #[test]
    fn without_the_response_type_the_list_is_ignored() {
        for response in [r#"{"batchItemFailures": [{"itemIdentifier": "a"}]}"#, "not json", ""] {
            assert_eq!(interpret(response.as_bytes(), None, false, &ids(&["a"])), BatchOutcome::AllDone, "{response}");
        }
    }
}
