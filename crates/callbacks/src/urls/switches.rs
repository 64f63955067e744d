//! What whoever runs the bridge allows.

use super::{ActionType, ErrorName, Refused};

/// What whoever runs the bridge allows: nothing of it, unless they say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switches {
    /// Whether the query of a URL may be filled into the texts of its action.
    pub output_parameters: bool,
    /// Whether there may be actions that pass on what is posted.
    pub post_actions: bool,
}

impl Switches {
    /// Whether there may be such an action, in a set that wants output parameters or not: a post action has none of them.
    pub(super) fn allow(self, action_type: ActionType, output_parameters: bool) -> Result<(), Refused> {
        let disabled = |error, what| Err(Refused::new(error, format!("{what} are switched off")));
        match action_type {
            ActionType::Post if !self.post_actions => disabled(ErrorName::PostActionsDisabled, "post actions"),
            ActionType::Success | ActionType::Failure | ActionType::Heartbeat
                if output_parameters && !self.output_parameters =>
            {
                disabled(ErrorName::ParametersDisabled, "output parameters")
            }
            _ => Ok(()),
        }
    }
}
