//! The names by which people send tokens.

/// The names a token goes by at the top of a body.
pub(super) const NAMES: [&str; 5] = ["taskToken", "TaskToken", "task_token", "token", "myTaskToken"];
/// The names elsewhere: not the bare `token`, which the data of a user, or a header that goes along, may well have.
pub(super) const FULL_NAMES: [&str; 4] = ["taskToken", "TaskToken", "task_token", "myTaskToken"];
/// What a token one level down may stand in.
pub(super) const PARENTS: [&str; 4] = ["detail", "Payload", "Input", "input"];
