//! Who calls.

use std::{fmt, sync::Arc};

use crate::LambdaHost;

/// A function that calls, and the host that can kill it.
#[derive(Clone)]
pub struct Caller {
    host: Arc<LambdaHost>,
    function: Arc<str>,
}

impl Caller {
    /// The function of this name in AWS.
    #[must_use]
    pub fn function(host: &Arc<LambdaHost>, name: &str) -> Self {
        Self { host: Arc::clone(host), function: name.into() }
    }

    pub(super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.function)
    }

    /// Kills its processes that are at work; how many there were.
    pub(super) fn kill(&self) -> usize {
        self.host.kill_running(&self.function)
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Caller").field(&self.function).finish()
    }
}
