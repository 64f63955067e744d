//! What whoever runs the bridge allows.

use super::{ErrorName, Refused};

/// What whoever runs the bridge allows: nothing of it, unless they say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switches {
    /// Whether the query of a URL may be filled into the texts of its action.
    pub output_parameters: bool,
    /// Whether there may be actions that pass on what is posted.
    pub post_actions: bool,
}

impl Switches {
    pub(super) fn allow_output_parameters(self) -> Result<(), Refused> {
        let disabled = || Refused::new(ErrorName::ParametersDisabled, "output parameters are switched off");
        self.output_parameters.then_some(()).ok_or_else(disabled)
    }

    pub(super) fn allow_post_actions(self) -> Result<(), Refused> {
        let disabled = || Refused::new(ErrorName::PostActionsDisabled, "post actions are switched off");
        self.post_actions.then_some(()).ok_or_else(disabled)
    }
}
