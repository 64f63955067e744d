//! What can be told to Step Functions.

use callback_bridge::{TaskFailure, TaskOutput};

use crate::{MachineAnswer, outcomes::Meaning};

/// Why Step Functions cannot be told so: it is too large, or has an error from outside that would be taken for one of Step
/// Functions or of the bridge.
pub(super) fn problem(meaning: &Meaning, error_from_outside: bool) -> Option<String> {
    match meaning {
        Meaning::Success { output } => TaskOutput::of(output).err().map(|error| error.to_string()),
        Meaning::Failure { error, cause } => {
            let from_outside = error.as_deref().filter(|_| error_from_outside);
            let reserved = from_outside.and_then(|error| MachineAnswer::not_reserved(error).err());
            reserved
                .map(|field| field.to_string())
                .or_else(|| too_long("error", error.as_deref(), TaskFailure::MAX_ERROR_CHARS))
                .or_else(|| too_long("cause", cause.as_deref(), TaskFailure::MAX_CAUSE_CHARS))
        }
        Meaning::Heartbeat => None,
    }
}

fn too_long(name: &str, text: Option<&str>, most: usize) -> Option<String> {
    let chars = text?.chars().count();
    (chars > most).then(|| format!("{name}: has {chars} characters, more than {most}"))
}
