//! How every child process is started, watched and ended.
//!
//! A child never meets the real AWS: see [`isolated_environment`].
//! It runs in a process group of its own, so that it can be ended with all that it started, and so that Ctrl-C in a
//! terminal reaches only the parent, which then stops its children in order.

mod environment;
mod output;
mod process;

use std::ffi::{OsStr, OsString};
use std::process::Stdio;

use tokio::process::Command;

pub use environment::isolated_environment;
pub(crate) use environment::{ACCOUNT, CREDENTIAL, REGION};
pub use process::Process;

/// A command in the [`isolated_environment`] of this process, without input, that does not outlive its handle.
pub fn command(program: impl AsRef<OsStr>, endpoint: Option<&str>) -> Command {
    command_from(parent_environment(), program, endpoint)
}

fn command_from(
    parent: impl IntoIterator<Item = (OsString, OsString)>,
    program: impl AsRef<OsStr>,
    endpoint: Option<&str>,
) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(isolated_environment(parent, endpoint)).stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[expect(clippy::disallowed_methods, reason = "the one place that hands variables on, to have them filtered")]
pub(crate) fn parent_environment() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::transcript::Transcript;

    #[tokio::test]
    async fn a_child_never_sees_the_real_account() {
        let polluted = [
            ("PATH", "/usr/bin:/bin"),
            ("AWS_PROFILE", "production"),
            ("AWS_ACCESS_KEY_ID", "AKIAREAL"),
            ("AWS_SESSION_TOKEN", "real"),
            ("AWS_ENDPOINT_URL_SFN", "https://states.eu-west-1.amazonaws.com"),
            ("Https_Proxy", "http://proxy.example"),
        ]
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let transcript = Transcript::new();
        let child =
            Process::spawn(command_from(polluted, "env", Some("http://127.0.0.1:1")), "env", &transcript).unwrap();
        assert!(child.exited().await.success());

        let mut seen: Vec<String> = transcript.lines().into_iter().map(|line| line.text).collect();
        seen.sort();
        let expected = [
            "AWS_ACCESS_KEY_ID=test",
            "AWS_CONFIG_FILE=/dev/null",
            "AWS_DEFAULT_REGION=us-east-1",
            "AWS_EC2_METADATA_DISABLED=true",
            "AWS_ENDPOINT_URL=http://127.0.0.1:1",
            "AWS_REGION=us-east-1",
            "AWS_SECRET_ACCESS_KEY=test",
            "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
            "PATH=/usr/bin:/bin",
        ];
        assert_eq!(seen, expected);
    }
}
