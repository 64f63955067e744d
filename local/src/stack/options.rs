//! What can be chosen; the defaults are those of the demo.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::transcript::Transcript;

/// A region and the one stack in it.
#[derive(Clone, Debug, Default)]
pub struct LocalOptions {
    /// The region.
    pub region: RegionOptions,
    /// The stack.
    pub stack: StackOptions,
}

/// How a region is started.
#[derive(Clone, Debug)]
pub struct RegionOptions {
    /// The Python of an environment with the requirements of `local/aws`.
    /// By default the one that `cargo xtask` makes below the target folder.
    pub python: PathBuf,
    /// Where the local AWS listens. By default 0, which takes a free port.
    pub port: u16,
    /// How long `GetActivityTask` waits for a task. By default a minute, as on AWS.
    pub long_poll: Option<Duration>,
    /// Where the output of the local AWS goes, and that of the functions, unless their stack has its own.
    pub transcript: Transcript,
}

/// How a stack is deployed and run.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// The SAM template. By default `template.yaml` of the workspace.
    pub template: PathBuf,
    /// The stack's name, unique in its region. By default `callback-bridge`.
    pub name: String,
    /// The template's parameters, by name.
    pub parameters: Vec<(String, String)>,
    /// Where the functions' binaries are. By default where this program was built to.
    pub build_dir: PathBuf,
    /// The log level of all functions: TRACE, DEBUG, INFO, WARN or ERROR. By default each function's own.
    pub log_level: Option<String>,
    /// A transcript for this stack's functions alone. By default they share the region's.
    pub transcript: Option<Transcript>,
    /// Whether messages wait in their queues until [`LocalBridge::receive`](super::LocalBridge::receive) is called.
    pub held: bool,
    /// Where its HTTP APIs are served. By default 0, which takes a free port.
    pub api_port: u16,
    /// Whether its schedules run. By default they do not: whoever tests what they invoke does that when it is time.
    pub scheduled: bool,
}

impl Default for RegionOptions {
    fn default() -> Self {
        Self { python: target().join("python/bin/python"), port: 0, long_poll: None, transcript: Transcript::new() }
    }
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            template: workspace().join("template.yaml"),
            name: "callback-bridge".to_owned(),
            parameters: Vec::new(),
            build_dir: build_dir(),
            log_level: None,
            transcript: None,
            held: false,
            api_port: 0,
            scheduled: false,
        }
    }
}

impl StackOptions {
    /// Lets messages wait in their queues until [`LocalBridge::receive`](super::LocalBridge::receive) is called.
    #[must_use]
    pub fn held(mut self) -> Self {
        self.held = true;
        self
    }

    /// Runs the schedules.
    #[must_use]
    pub fn scheduled(mut self) -> Self {
        self.scheduled = true;
        self
    }

    /// Adds a value for a parameter of the template.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.push((name.to_owned(), value.into()));
        self
    }
}

fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// This program is in the build folder, a test in the folder `deps` there.
fn build_dir() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(workspace());
    if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder }.to_owned()
}

/// The target folder: what is built is one level below, in the folder of its profile.
fn target() -> PathBuf {
    build_dir().parent().unwrap_or(workspace()).to_owned()
}
