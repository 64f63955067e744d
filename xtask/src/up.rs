//! `cargo xtask up`: the whole bridge on this machine, until it is told to stop.

use crate::workspace::Workspace;
use crate::{Outcome, demo};

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    demo::prepare_and_become(workspace, "up", arguments)
}
